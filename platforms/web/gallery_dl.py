"""The downloader ``gallery-dl``: its extractors list the media, as a process that fetches none.

Its metadata postprocessor writes one JSON line a file while the listing runs. (Its own ``--dump-json``
would stream too, but swallows the error that ended a listing, and exits with 0.)
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mediadl.media import FetchMethod, MediaError, MediaItem, MediaType
from mediadl.net.urls import normalise_url
from platforms.access import SiteAccess, cookies_file
from platforms.child_lines import ChildLines, refusals_first
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.media_urls import content_type_of, extension_of, promised_type, web_media_id
from platforms.program_errors import error_from
from platforms.programs import HTTP_TIMEOUT_SECONDS, empty_working_folder, program
from platforms.site_text import shown

_URL_KEY = "mediadl_url"
_STREAM_PREFIX = "ytdl:"
_ERROR_LINE = re.compile(r"^\[([^\]]+)\]\[error\] (.*)$")
_UNSUPPORTED = "Unsupported URL"
# These read any URL as a file or a page; ``direct`` and ``page`` do that better.
_UNWANTED_CATEGORIES = frozenset({"directlink", "generic", "recursive", "noop"})
_SENT_HEADERS = frozenset({"referer", "user-agent", "accept", "origin", "range-unit", "accept-language"})
_ID_KEYS = ("post_id", "id", "shortcode", "gallery_id", "album_id", "threadId")
_CAPTION_KEYS = ("description", "content", "caption", "title", "text", "subject")
_AUTHOR_KEYS = ("author", "user", "username", "uploader", "artist", "creator")
CAPTION_MAX_CHARACTERS = 2000


class GalleryDlAdapter:
    """Yields what gallery-dl's extractor for the URL lists, lazily."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        with (
            empty_working_folder() as folder,
            access_options(context.access) as options,
            ChildLines(_command(context.request.url, folder, options), context, folder) as child,
        ):
            for line in child.lines():
                if (item := _item(line)) is not None:
                    yield item
            with refusals_first(context):
                _raise_failure(child)


@contextmanager
def access_options(access: SiteAccess) -> Iterator[dict[str, Any]]:
    """The site's user agent, and its cookies in a file that is gone after the block."""
    options = {"user-agent": access.user_agent} if access.user_agent else {}
    if not access.cookies:
        yield options
        return
    with cookies_file(access.cookies) as path:
        yield {**options, "cookies": str(path), "cookies-update": False}


def _command(url: str, folder: Path, access: Mapping[str, Any]) -> list[str]:
    writer = {"name": "metadata", "mode": "jsonl", "filename": "-", "event": "prepare", "private": True}
    options = {
        "postprocessors": [writer],
        "url-metadata": _URL_KEY,
        "download": False,
        "skip": False,
        "base-directory": str(folder),
        "retries": 0,
        "sleep-429": 0,  # how long to wait is the engine's to decide
        "timeout": HTTP_TIMEOUT_SECONDS,
        "ytdl-update": False,
        **access,
    }
    arguments = [f"--option=extractor.{name}={json.dumps(value)}" for name, value in options.items()]
    arguments += ["--option=output.mode=false", "--option=cache.file=null", "--option=extractor.generic.enabled=false"]
    return [*program("gallery_dl"), "--config-ignore", "--no-input", "--no-colors", *arguments, "--", url]


def _item(line: str) -> MediaItem | None:
    """The item of one line, or None where the line is no file.

    Raises:
        NotForThisDownloaderError: only an extractor for any URL at all took it.
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get(_URL_KEY), str):
        return None
    if data.get("category") in _UNWANTED_CATEGORIES:
        raise NotForThisDownloaderError("no extractor of its own")
    is_stream = data[_URL_KEY].startswith(_STREAM_PREFIX)
    candidates = _candidates(data)
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
        post_date=_date(data.get("date")),
        media_type=kind,
        headers=_headers(data.get("_http_headers")),
        metadata=_metadata(data),
        method=FetchMethod.YT_DLP if is_stream else FetchMethod.HTTP,
    )


def _candidates(data: Mapping[str, Any]) -> tuple[str, ...]:
    links = [data[_URL_KEY].removeprefix(_STREAM_PREFIX)]
    fallback = data.get("_fallback")
    if isinstance(fallback, list):
        links += [link for link in fallback[:3] if isinstance(link, str)]
    found = []
    for link in links:
        try:
            found.append(normalise_url(link))
        except MediaError:
            continue  # "text:" and the like: nothing to fetch
    return tuple(found)


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


def _date(value: object) -> datetime | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    headers = {}
    for name, text in value.items():
        if isinstance(text, str) and name.lower() in _SENT_HEADERS:
            # bytes arrive as their own literal: b'https://...'
            plain = text[2:-1] if text.startswith(("b'", 'b"')) else text
            if plain.isascii() and plain.isprintable():
                headers[name] = plain
    return headers


def _metadata(data: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"extractor": data.get("category"), "position": data.get("num")}
    for name in ("width", "height", "duration"):
        if isinstance(data.get(name), int | float):
            found["duration_seconds" if name == "duration" else name] = data[name]
    found["caption"] = _first_text(data, _CAPTION_KEYS)
    found["author"] = _first_text(data, _AUTHOR_KEYS)
    found["original_name"] = _original_name(data)
    return {name: value for name, value in found.items() if value not in (None, "")}


def _original_name(data: Mapping[str, Any]) -> str:
    name, extension = data.get("filename"), data.get("extension") or extension_of(str(data[_URL_KEY]))
    return shown(f"{name}.{extension}", 200) if isinstance(name, str) and name else ""


def _first_text(data: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = data.get(name)
        if isinstance(value, dict):
            value = value.get("username") or value.get("name")
        if isinstance(value, str) and value.strip():
            return shown(value, CAPTION_MAX_CHARACTERS)
    return ""


def _raise_failure(child: ChildLines) -> None:
    """Raise what the program said, where the listing did not end well."""
    errors = [match[2] for line in child.error_lines() if (match := _ERROR_LINE.match(line))]
    if any(error.startswith(_UNSUPPORTED) for error in errors):
        raise NotForThisDownloaderError("gallery-dl has no extractor for this URL")
    if errors:
        raise error_from("gallery-dl", errors[0])
    if child.returncode:
        last = next(iter(reversed(child.error_lines())), "")
        raise error_from("gallery-dl", f"{last} (exit code {child.returncode})" if last else "")
