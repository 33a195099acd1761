"""The downloader ``yt-dlp``: its extractors list videos and sounds, as a process that fetches none.

Where a format is one plain file, the engine fetches it itself; streams and merged formats are left
to yt-dlp (:mod:`platforms.fetching`).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from mediadl.media import FailureKind, FetchMethod, MediaError, MediaItem, MediaType
from mediadl.net.urls import normalise_url
from platforms.access import SiteAccess, cookies_file
from platforms.child_lines import ChildLines, refusals_first
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.media_urls import MEDIA_ID_DIGITS, content_type_of, is_stream_list, promised_type, web_media_id
from platforms.program_errors import error_from
from platforms.programs import HTTP_TIMEOUT_SECONDS, empty_working_folder, program
from platforms.site_text import shown
from platforms.web.presets import DEFAULT, Preset, preset_named
from platforms.web.yt_dlp_urls import may_know

_LINE_START = "mediadl "
_FIELDS = (
    "id,extractor_key,webpage_url,url,protocol,ext,http_headers,cookies,requested_formats,filesize,timestamp"
    ",vcodec,upload_date,title,description,uploader,channel,duration,width,height,live_status,playlist_index,playlist_title"
)
_ERROR_START = "ERROR: "
_UNSUPPORTED = ("Unsupported URL", "No suitable extractor", "is not a valid URL")
_PLAIN_PROTOCOLS = frozenset({"http", "https"})
_SENT_HEADERS = frozenset({"referer", "user-agent", "accept", "origin", "accept-language"})
_LIVE = frozenset({"is_live", "is_upcoming"})
# What one entry of a playlist may be without spoiling the others.
_ENTRY_KINDS = frozenset({FailureKind.GONE, FailureKind.NEEDS_PERSON, FailureKind.REFUSED})
CAPTION_MAX_CHARACTERS = 2000


def common_arguments(url: str) -> list[str]:
    """The arguments of every call: nothing of the user's own, no cache, no retrying of its own."""
    # The generic extractor reads any page, which ``page`` does better; streams it alone can read.
    extractors = "all" if is_stream_list(url) else "all,-generic"
    return [
        *program("yt_dlp"), "--ignore-config", "--no-cache-dir", "--no-plugin-dirs", "--color=never", "--no-warnings",
        f"--use-extractors={extractors}", f"--socket-timeout={HTTP_TIMEOUT_SECONDS}", "--extractor-retries=0",
        "--retries=0", "--no-check-formats",
    ]  # fmt: skip


@contextmanager
def access_arguments(access: SiteAccess) -> Iterator[list[str]]:
    """The site's user agent, and its cookies in a file that is gone after the block."""
    agent = [f"--user-agent={access.user_agent}"] if access.user_agent else []
    if not access.cookies:
        yield agent
        return
    with cookies_file(access.cookies) as path:
        yield [*agent, f"--cookies={path}"]


class YtDlpAdapter:
    """Yields the video or sound at the URL, or those of its playlist, lazily."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        preset = preset_named(context.request.metadata.get("preset"))
        url = context.request.url
        if not is_stream_list(url) and not may_know(url, context.stop):
            raise NotForThisDownloaderError("yt-dlp has no extractor for this URL")
        found = 0
        with (
            empty_working_folder() as folder,
            access_arguments(context.access) as options,
            ChildLines(_command(context, preset, options), context, folder) as child,
        ):
            for line in child.lines():
                if (data := _read(line)) is not None:
                    found += 1
                    yield _item(data, preset)
            with refusals_first(context):
                _raise_failure(child, has_found=found > 0)


def _command(context: ListingContext, preset: Preset, options: Sequence[str]) -> list[str]:
    url = context.request.url
    return [
        *common_arguments(url),
        *options,
        "--lazy-playlist",
        "--simulate",
        f"--format={preset.formats}",
        f"--print={_LINE_START}%(.{{{_FIELDS}}})j",
        "--",
        url,
    ]


def _read(line: str) -> dict[str, Any] | None:
    if not line.startswith(_LINE_START):
        return None
    try:
        data = json.loads(line.removeprefix(_LINE_START))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and data.get("id") else None


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
    plain = _plain_url(data, preset)
    kind = MediaType.AUDIO if data.get("vcodec") == "none" else preset.media_type
    size = data.get("filesize")
    return MediaItem(
        media_id=_media_id(data, page_url, preset),
        page_url=page_url,
        candidates=(plain or page_url,),
        content_type=content_type_of(kind),
        post_date=_date(data),
        media_type=kind,
        size=size if plain and isinstance(size, int) else None,
        headers=_headers(data.get("http_headers")) if plain else {},
        metadata=_metadata(data, preset),
        method=FetchMethod.HTTP if plain else FetchMethod.YT_DLP,
        fetch_options={} if plain else {"preset": preset.name},
    )


def _media_id(data: Mapping[str, Any], page_url: str, preset: Preset) -> str:
    """The same for a video however it is fetched, since its media URLs are new at every visit."""
    is_generic = data.get("extractor_key") == "Generic"
    if is_generic and preset.name == DEFAULT:
        return web_media_id(page_url)  # as ``page`` calls the same stream
    name = page_url if is_generic else f"{data.get('extractor_key')} {data['id']}"
    return hashlib.sha256(f"{name} {preset.name}".encode("utf-8", "replace")).hexdigest()[:MEDIA_ID_DIGITS]


def _plain_url(data: Mapping[str, Any], preset: Preset) -> str:
    """The URL of the one plain file that the chosen format is, or an empty string."""
    url = data.get("url")
    if preset.only_by_yt_dlp or data.get("requested_formats") or data.get("cookies") or not isinstance(url, str):
        return ""
    if data.get("protocol") not in _PLAIN_PROTOCOLS or not promised_type(f"https://x/x.{data.get('ext')}"):
        return ""
    try:
        return normalise_url(url)
    except MediaError:
        return ""


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {
        name: text
        for name, text in value.items()
        if isinstance(text, str) and name.lower() in _SENT_HEADERS and text.isascii() and text.isprintable()
    }


def _date(data: Mapping[str, Any]) -> datetime | None:
    timestamp, day = data.get("timestamp"), data.get("upload_date")
    try:
        if isinstance(timestamp, int | float):
            return datetime.fromtimestamp(timestamp, UTC)
        if isinstance(day, str):
            return datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _metadata(data: Mapping[str, Any], preset: Preset) -> dict[str, Any]:
    found = {
        "title": shown(str(data.get("title") or ""), 300),
        "caption": shown(str(data.get("description") or ""), CAPTION_MAX_CHARACTERS),
        "author": shown(str(data.get("uploader") or data.get("channel") or ""), 200),
        "playlist": shown(str(data.get("playlist_title") or ""), 300),
        "position": data.get("playlist_index"),
        "duration_seconds": data.get("duration"),
        "extractor": data.get("extractor_key"),
        "preset": preset.name,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _raise_failure(child: ChildLines, *, has_found: bool) -> None:
    """Raise what the program said; a playlist's single entries that cannot be had spoil nothing."""
    errors = [line.removeprefix(_ERROR_START) for line in child.error_lines() if line.startswith(_ERROR_START)]
    if not errors:
        if child.returncode:
            last = next(iter(reversed(child.error_lines())), "")
            raise error_from("yt-dlp", f"{last} (exit code {child.returncode})" if last else "")
        return
    if not has_found and any(error.startswith(_UNSUPPORTED) for error in errors):
        raise NotForThisDownloaderError("yt-dlp has no extractor for this URL")
    for error in map(_as_error, errors):
        if not has_found or error.kind not in _ENTRY_KINDS:
            raise error


def _as_error(message: str) -> MediaError:
    return error_from("yt-dlp", message)
