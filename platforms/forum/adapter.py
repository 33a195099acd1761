"""The adapter of forums: a thread's content media, newest first, whatever program made the forum."""

from collections.abc import Iterator, Sequence
from itertools import islice

from mediadl.media import FailureKind, MediaError, MediaItem
from platforms.contract import ListingContext
from platforms.forum.items import POSTS_AT_ONCE, ThreadItems
from platforms.forum.opening import thread_at
from platforms.forum.sought_posts import SoughtPosts
from platforms.forum.thread_page import Post, Role
from platforms.forum.thread_walk import ThreadWalk


class ForumAdapter:
    """Yields the attachments, pictures, videos and image hosts' pictures of a thread's posts."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        if context.wanted:
            sought = SoughtPosts(context)
            yield from sought.items()
            if sought.all_seen:
                return
        engine, thread = thread_at(context.request.url, context.http)
        context.report(f"a thread of {engine.name}")
        walk = ThreadWalk(thread, context)
        items = ThreadItems(thread, context)
        has_media = False
        for page in walk.pages():
            for posts in _groups(page):
                for item in items.of_posts(posts):
                    has_media = True
                    yield item
        if not has_media and walk.is_fresh:
            count = "its one post" if walk.posts_read == 1 else f"its {walk.posts_read} posts"
            detail = f"The thread has no pictures, videos or sounds in {count}."
            raise MediaError(FailureKind.GONE, "NO_MEDIA", detail)


def _groups(page: Sequence[Post]) -> Iterator[Sequence[Post]]:
    """Single posts, but from one with links to image hosts on together with those that follow it."""
    posts = iter(page)
    for post in posts:
        yield [post, *islice(posts, POSTS_AT_ONCE - 1)] if _has_viewers(post) else [post]


def _has_viewers(post: Post) -> bool:
    return any(medium.role is Role.VIEWER for medium in post.media)
