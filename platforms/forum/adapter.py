"""The adapter of forums: a thread's content media, newest first, whatever program made the forum."""

from collections.abc import Iterator, Sequence
from itertools import islice

from mediadl.media import FailureKind, MediaError, MediaItem
from platforms.contract import ListingContext
from platforms.forum.engines.html_engine import HTML_HEADERS
from platforms.forum.engines.known import open_thread
from platforms.forum.items import POSTS_AT_ONCE, ThreadItems
from platforms.forum.thread_page import Post, Role, document_of
from platforms.forum.thread_walk import ThreadWalk
from platforms.forum.walls import in_thread_terms, why_no_posts


class ForumAdapter:
    """Yields the attachments, pictures, videos and image hosts' pictures of a thread's posts."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        try:
            response = context.http.get(context.request.url, headers=HTML_HEADERS)
            response.raise_for_status()
            document = document_of(response)
            opened = open_thread(document, context.http)
        except MediaError as error:
            raise in_thread_terms(error) from error
        if opened is None:
            raise why_no_posts(document)
        engine, thread = opened
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
