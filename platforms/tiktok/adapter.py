"""TikTok's downloader: yt-dlp reads profiles and videos, gallery-dl the posts that are photos.

One page is asked for each post that is taken. A user's list names photo posts as it names videos;
yt-dlp then finds only their music, and that tells them apart.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from mediadl.media import FetchMethod, MediaItem, MediaType
from mediadl.net.urls import normalise_url
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.extractors import yt_dlp
from platforms.site_text import shown
from platforms.tiktok.photos import photos_of
from platforms.tiktok.pinned import with_pinned
from platforms.tiktok.qualities import Quality, quality_named

PINNED_AT_MOST = 3  # TikTok's own limit
_SHORT_LINKS = frozenset({"vm.tiktok.com", "vt.tiktok.com"})


class TikTokAdapter:
    """Yields the videos and photos of a user, or of one post, newest first."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        quality = quality_named(context.request.metadata.get("quality") or context.setting("quality"))
        url = _canonical(context.request.url)
        if _is_photo_link(url):
            yield from photos_of(context, url)
            return
        found = _posts(context, url, quality)
        with closing(found):
            for items in with_pinned(found, PINNED_AT_MOST):
                yield from items


def _posts(context: ListingContext, url: str, quality: Quality) -> Generator[list[MediaItem], None, None]:
    """The files of each post, as it is listed."""
    is_profile = "/@" in url and url.count("/") == 3
    arguments = quality.arguments
    if is_profile and context.request.max_downloads:
        arguments = [*arguments, f"--playlist-items=:{context.request.max_downloads + PINNED_AT_MOST}"]
    try:
        with closing(yt_dlp.entries(context, url, arguments)) as entries:
            for data in entries:
                if data.get("vcodec") == "none":
                    yield list(photos_of(context, _page_url(data, "photo")))
                else:
                    yield [_video(data, quality)]
    except NotForThisDownloaderError:
        if not _is_short_link(url):
            raise
        yield list(photos_of(context, url))  # it led to a photo post, which yt-dlp does not know


def _video(data: Mapping[str, Any], quality: Quality) -> MediaItem:
    page_url = _page_url(data, "video")
    plain = yt_dlp.plain_url(data)
    size = data.get("filesize")
    return MediaItem(
        media_id=str(data["id"]),
        page_url=page_url,
        candidates=(plain or page_url,),
        content_type="video",
        post_id=str(data["id"]),
        post_date=yt_dlp.date_of(data),
        media_type=MediaType.VIDEO,
        size=size if plain and isinstance(size, int) else None,
        headers=yt_dlp.headers_of(data.get("http_headers")) if plain else {},
        metadata=_metadata(data, quality),
        method=FetchMethod.HTTP if plain else FetchMethod.YT_DLP,
        fetch_options={} if plain else quality.fetch_options,
    )


def _metadata(data: Mapping[str, Any], quality: Quality) -> dict[str, Any]:
    found = {
        "caption": shown(str(data.get("description") or data.get("title") or ""), yt_dlp.CAPTION_MAX_CHARACTERS),
        "author": shown(str(data.get("uploader") or ""), 200),
        "duration_seconds": data.get("duration"),
        "width": data.get("width"),
        "height": data.get("height"),
        "quality": quality.name,
        "extractor": "TikTok",
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _page_url(data: Mapping[str, Any], word: str) -> str:
    return normalise_url(f"https://www.tiktok.com/@{data.get('uploader') or '_'}/{word}/{data['id']}")


def _canonical(url: str) -> str:
    """The form in which both programs know it: ``www.``, and nothing after the path."""
    parts = urlsplit(url)
    host = "www.tiktok.com" if parts.hostname in {"tiktok.com", "m.tiktok.com"} else parts.netloc
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def _is_photo_link(url: str) -> bool:
    return "/photo/" in url


def _is_short_link(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname in _SHORT_LINKS or parts.path.startswith("/t/")
