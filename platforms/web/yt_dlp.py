"""The downloader ``yt-dlp``: its extractors list videos and sounds, as a process that fetches none.

Where a format is one plain file, the engine fetches it itself; streams and merged formats are left
to yt-dlp (:mod:`platforms.fetching`).
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from mediadl.media import FailureKind, FetchMethod, MediaError, MediaItem, MediaType
from mediadl.net.urls import normalise_url
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.extractors import yt_dlp
from platforms.extractors.known_urls import may_know
from platforms.media_urls import MEDIA_ID_DIGITS, content_type_of, is_stream_list, web_media_id
from platforms.site_text import shown
from platforms.web.presets import DEFAULT, Preset, preset_named

_LIVE = frozenset({"is_live", "is_upcoming"})


class YtDlpAdapter:
    """Yields the video or sound at the URL, or those of its playlist, lazily."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        preset = preset_named(context.request.metadata.get("preset"))
        url = context.request.url
        if not is_stream_list(url) and not may_know("yt-dlp", url, context.stop):
            raise NotForThisDownloaderError("yt-dlp has no extractor for this URL")
        for data in yt_dlp.entries(context, url, [f"--format={preset.formats}"]):
            yield _item(data, preset)


def _item(data: Mapping[str, Any], preset: Preset) -> MediaItem:
    """The item of one entry.

    Raises:
        MediaError: it is live now, so there is no file to fetch.
    """
    if data.get("live_status") in _LIVE:
        raise MediaError(
            FailureKind.REFUSED, "LIVE_STREAM", "This is live or not shown yet; try again when it is over."
        )
    page_url = normalise_url(str(data.get("webpage_url") or data.get("url")))
    plain = "" if preset.only_by_yt_dlp else yt_dlp.plain_url(data)
    kind = MediaType.AUDIO if data.get("vcodec") == "none" else preset.media_type
    size = data.get("filesize")
    return MediaItem(
        media_id=_media_id(data, page_url, preset),
        page_url=page_url,
        candidates=(plain or page_url,),
        content_type=content_type_of(kind),
        post_date=yt_dlp.date_of(data),
        media_type=kind,
        size=size if plain and isinstance(size, int) else None,
        headers=yt_dlp.headers_of(data.get("http_headers")) if plain else {},
        metadata=_metadata(data, preset),
        method=FetchMethod.HTTP if plain else FetchMethod.YT_DLP,
        fetch_options={} if plain else {"preset": preset.name},
        archive_keys=(f"yt-dlp:{str(data.get('extractor_key')).lower()} {data['id']}",),
    )


def _media_id(data: Mapping[str, Any], page_url: str, preset: Preset) -> str:
    """The same for a video however it is fetched, since its media URLs are new at every visit."""
    is_generic = data.get("extractor_key") == "Generic"
    if is_generic and preset.name == DEFAULT:
        return web_media_id(page_url)  # as ``page`` calls the same stream
    name = page_url if is_generic else f"{data.get('extractor_key')} {data['id']}"
    return hashlib.sha256(f"{name} {preset.name}".encode("utf-8", "replace")).hexdigest()[:MEDIA_ID_DIGITS]


def _metadata(data: Mapping[str, Any], preset: Preset) -> dict[str, Any]:
    found = {
        "title": shown(str(data.get("title") or ""), 300),
        "caption": shown(str(data.get("description") or ""), yt_dlp.CAPTION_MAX_CHARACTERS),
        "author": shown(str(data.get("uploader") or data.get("channel") or ""), 200),
        "playlist": shown(str(data.get("playlist_title") or ""), 300),
        "position": data.get("playlist_index"),
        "duration_seconds": data.get("duration"),
        "extractor": data.get("extractor_key"),
        "preset": preset.name,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}
