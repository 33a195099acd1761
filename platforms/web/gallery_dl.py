"""The downloader ``gallery-dl``: whatever its extractors know, listed by a process that fetches no media."""

from collections.abc import Iterator, Mapping
from typing import Any

from mediadl.media import FetchMethod, MediaError, MediaItem, MediaType
from mediadl.net.urls import normalise_url
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.extractors import gallery_dl
from platforms.extractors.gallery_dl import STREAM_PREFIX, URL_KEY, GalleryListing
from platforms.extractors.known_urls import may_know
from platforms.media_urls import content_type_of, extension_of, promised_type, web_media_id
from platforms.site_text import shown

# These read any URL as a file or a page; ``direct`` and ``page`` do that better.
_UNWANTED_CATEGORIES = frozenset({"directlink", "generic", "recursive", "noop"})
_ID_KEYS = ("post_id", "id", "shortcode", "gallery_id", "album_id", "threadId")
_CAPTION_KEYS = ("description", "content", "caption", "title", "text", "subject")
_AUTHOR_KEYS = ("author", "user", "username", "uploader", "artist", "creator")


class GalleryDlAdapter:
    """Yields what gallery-dl's extractor for the URL lists, lazily."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        if not may_know("gallery-dl", context.request.url, context.stop):
            raise NotForThisDownloaderError("gallery-dl has no extractor for this URL")
        for data in GalleryListing(context, context.request.url).files():
            if (item := _item(data)) is not None:
                yield item


def _item(data: Mapping[str, Any]) -> MediaItem | None:
    """The item of one line, or None where there is nothing to fetch.

    Raises:
        NotForThisDownloaderError: only an extractor for any URL at all took it.
    """
    if data.get("category") in _UNWANTED_CATEGORIES:
        raise NotForThisDownloaderError("no extractor of its own")
    is_stream = data[URL_KEY].startswith(STREAM_PREFIX)
    candidates = gallery_dl.candidates(data)
    if not candidates:
        return None
    extension = str(data.get("extension") or "").lower()
    kind = MediaType.VIDEO if is_stream else promised_type(candidates[0]) or promised_type(f"https://x/x.{extension}")
    page_url = _page_url(data) or candidates[0]
    return MediaItem(
        media_id=web_media_id(candidates[0]),
        page_url=page_url,
        candidates=candidates,
        content_type=content_type_of(kind),
        post_id=_post_id(data),
        post_date=gallery_dl.date_of(data.get("date")),
        media_type=kind,
        headers=gallery_dl.headers_of(data.get("_http_headers")),
        metadata=_metadata(data),
        archive_keys=(f"gallery-dl:{key}",) if isinstance(key := data.get("_archive_key"), str) else (),
        method=FetchMethod.YT_DLP if is_stream else FetchMethod.HTTP,
    )


def _page_url(data: Mapping[str, Any]) -> str:
    for name in ("post_url", "page_url", "webpage_url", "url", "permalink"):
        link = data.get(name)
        if isinstance(link, str) and link.startswith(("http://", "https://")) and not promised_type(link):
            try:
                return normalise_url(link)
            except MediaError:
                continue
    return ""


def _post_id(data: Mapping[str, Any]) -> str:
    for name in _ID_KEYS:
        value = data.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value:
            return f"{data.get('category', '')}:{value}"[:200]
    return ""


def _metadata(data: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "extractor": data.get("category"),
        "position": data.get("num"),
        **gallery_dl.sizes_of(data),
        "caption": gallery_dl.first_text(data, _CAPTION_KEYS),
        "author": gallery_dl.first_text(data, _AUTHOR_KEYS),
        "original_name": _original_name(data),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _original_name(data: Mapping[str, Any]) -> str:
    name, extension = data.get("filename"), data.get("extension") or extension_of(str(data[URL_KEY]))
    return shown(f"{name}.{extension}", 200) if isinstance(name, str) and name else ""
