"""Going straight to some posts of a thread, where links of their media have expired."""

from collections.abc import Iterator

from mediadl.media import FailureKind, MediaError, MediaItem
from platforms.contract import ListingContext
from platforms.forum.items import ThreadItems
from platforms.forum.opening import thread_at
from platforms.forum.thread_page import Thread

_POST_IS_ELSEWHERE = frozenset({FailureKind.GONE, FailureKind.SITE_CHANGED})


class SoughtPosts:
    """The posts of the media that a listing wants again, each found by its own address.

    Attributes:
        all_seen: whether every one of them was found, whatever media it still has.
    """

    def __init__(self, context: ListingContext) -> None:
        self._context = context
        self._addresses = {media.post_id: media.page_url for media in context.wanted if media.post_id}
        self.all_seen = len(self._addresses) == len({media.post_id for media in context.wanted})

    def items(self) -> Iterator[MediaItem]:
        """What the posts show now; a page with several of them is asked for once.

        Raises:
            MediaError: the forum refuses or fails, other than by not having a post any more.
        """
        while self._addresses:
            self._context.stop.raise_if_set()
            post_id, address = next(iter(self._addresses.items()))
            thread = self._thread_with(post_id, address)
            if thread is None:
                self.all_seen = False
                del self._addresses[post_id]
                continue
            here = [post for post in thread.start.posts if self._addresses.pop(post.post_id, None) is not None]
            yield from ThreadItems(thread, self._context).of_posts(here)

    def _thread_with(self, post_id: str, address: str) -> Thread | None:
        """The thread, opened at the post's page; None where the post is not there any more."""
        try:
            _engine, thread = thread_at(address, self._context.http)
        except MediaError as error:
            if error.kind in _POST_IS_ELSEWHERE:
                return None
            raise
        return thread if any(post.post_id == post_id for post in thread.start.posts) else None
