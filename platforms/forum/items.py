"""Posts' media as the engine's items; links to image hosts are followed to their pictures here."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mediadl.media import FetchMethod, MediaItem, MediaType
from mediadl.net.urls import media_url_key
from platforms.contract import ListingContext
from platforms.forum.host_links import files_behind
from platforms.forum.image_hosts import is_known_viewer
from platforms.forum.thread_page import Post, PostMedium, Role, Thread
from platforms.forum.video_links import video_id
from platforms.forum.viewer_pages import ViewerPages
from platforms.media_urls import MEDIA_ID_DIGITS, content_type_of, web_media_id
from platforms.page_media import MAX_CANDIDATES

POSTS_AT_ONCE = 20  # whose links go to one process: a start of it costs half a second of a core


class ThreadItems:
    """Makes the items of one thread's posts."""

    def __init__(self, thread: Thread, context: ListingContext) -> None:
        self._thread = thread
        self._context = context
        self._viewers = ViewerPages(context.http)

    def of_posts(self, posts: Sequence[Post]) -> Iterator[MediaItem]:
        """The items of some posts that follow each other.

        Raises:
            MediaError: the listing was stopped.
        """
        links = [one.urls[0] for post in posts for one in post.media if _goes_through_gallery_dl(one)]
        files = files_behind(list(dict.fromkeys(links)), self._context)
        for post in posts:
            position = 0
            for medium in post.media:
                for media_id, found in self._files_of(medium, post, files):
                    position += 1
                    yield self._item(media_id, found, post, position)

    def _files_of(
        self, medium: PostMedium, post: Post, files: dict[str, list[str]]
    ) -> Iterator[tuple[str, PostMedium]]:
        """What there is to fetch for one medium: an album has many files."""
        url = medium.urls[0]
        if medium.role is not Role.VIEWER:
            yield _media_id(medium), medium
            return
        found = files.get(url, [])
        if len(found) > 1:
            for one in found:
                yield web_media_id(one), replace(medium, urls=(one,))
            return
        candidates = tuple(found) or self._viewers.candidates(url, post.url)
        if not candidates and medium.shown and not is_known_viewer(url):
            candidates = (medium.shown,)  # no image host after all: the post shows what there is
        # What nobody could read is fetched as it is, so that its outcome says why it failed.
        yield media_url_key(url)[:MEDIA_ID_DIGITS], replace(medium, urls=candidates or (url,))

    def _item(self, media_id: str, medium: PostMedium, post: Post, position: int) -> MediaItem:
        is_video = medium.role is Role.VIDEO
        return MediaItem(
            media_id=media_id,
            page_url=post.url,
            candidates=medium.urls[:MAX_CANDIDATES],
            content_type=_content_type(medium),
            post_id=post.post_id,
            post_date=post.posted_at,
            media_type=medium.media_type,
            headers={"Referer": post.url.partition("#")[0]},
            metadata=self._metadata(medium, post, position),
            method=FetchMethod.YT_DLP if is_video else FetchMethod.HTTP,
        )

    def _metadata(self, medium: PostMedium, post: Post, position: int) -> dict[str, Any]:
        values: dict[str, Any] = {
            "thread": self._thread.title,
            "thread_id": self._thread.thread_id,
            "thread_url": self._thread.url,
            "post_id": post.post_id,
            "author": post.author,
            "post_date": post.posted_at.isoformat().replace("+00:00", "Z") if post.posted_at else "",
            "position": position,
            "caption": medium.caption,
            "original_name": medium.name,
        }
        return {name: value for name, value in values.items() if value}


def _goes_through_gallery_dl(medium: PostMedium) -> bool:
    return medium.role is Role.VIEWER and is_known_viewer(medium.urls[0])


def _media_id(medium: PostMedium) -> str:
    if medium.attachment_id:
        return medium.attachment_id
    return video_id(medium.urls[0]) if medium.role is Role.VIDEO else web_media_id(medium.urls[-1])


def _content_type(medium: PostMedium) -> str:
    if medium.role is Role.ATTACHMENT:
        return "attachment"
    return content_type_of(medium.media_type or MediaType.IMAGE)
