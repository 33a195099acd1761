"""Listing with gallery-dl: a process that fetches no media, and the fields of the lines that it writes.

Its metadata postprocessor writes one JSON line a file while the listing runs. (Its own ``--dump-json``
would stream too, but swallows the error that ended a listing, and exits with 0.)
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mediadl.media import MediaError
from mediadl.net.handle import certificate_file
from mediadl.net.urls import normalise_url
from platforms.access import SiteAccess
from platforms.child_lines import ChildLines, refusals_first
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.cookie_files import cookies_file
from platforms.program_errors import error_from
from platforms.programs import HTTP_TIMEOUT_SECONDS, empty_working_folder, program
from platforms.site_text import shown

URL_KEY = "mediadl_url"
STREAM_PREFIX = "ytdl:"
CAPTION_MAX_CHARACTERS = 2000
_MAX_FALLBACKS = 3
_ERROR_LINE = re.compile(r"^\[([^\]]+)\]\[error\] (.*)$")
_WARNING_LINE = re.compile(r"^\[([^\]]+)\]\[warning\] (.*)$")
_UNSUPPORTED = "Unsupported URL"
_SENT_HEADERS = frozenset({"referer", "user-agent", "accept", "origin", "range-unit", "accept-language"})
Options = Mapping[str, Any]


class GalleryListing:
    """One run of gallery-dl.

    Attributes:
        warnings: what it warned of; filled when :meth:`files` has ended.
    """

    def __init__(self, context: ListingContext, url: str, options: Options | None = None) -> None:
        self.warnings: Sequence[str] = ()
        self._context = context
        self._url = url
        self._options = options or {}

    def files(self) -> Iterator[dict[str, Any]]:
        """The data of each file, as it is listed.

        Raises:
            MediaError: the listing failed, or was stopped.
            NotForThisDownloaderError: it has no extractor for the URL.
        """
        with (
            empty_working_folder() as folder,
            access_options(self._context.access) as access,
            ChildLines(
                [*program("gallery_dl"), *arguments_for(self._url, folder, {**self._options, **access})],
                self._context,
                folder,
            ) as child,
        ):
            for line in child.lines():
                if (data := read_line(line)) is not None:
                    yield data
            self.warnings = _said(child, _WARNING_LINE)
            with refusals_first(self._context):
                _raise_failure(child)


@contextmanager
def access_options(access: SiteAccess) -> Iterator[dict[str, Any]]:
    """The site's user agent, and its cookies in a file that is gone after the block."""
    options: dict[str, Any] = {"user-agent": access.user_agent} if access.user_agent else {}
    if not access.cookies:
        yield options
        return
    with cookies_file(access.cookies) as path:
        yield {**options, "cookies": str(path), "cookies-update": False}


def arguments_for(url: str, folder: Path, options: Options) -> list[str]:
    """Of its command line: nothing of the user's own, no files, no retrying of its own."""
    writer = {"name": "metadata", "mode": "jsonl", "filename": "-", "event": "prepare-after", "private": True}
    every = {
        "postprocessors": [writer],
        "url-metadata": URL_KEY,
        "download": False,
        # An archive that stays empty: only for the key that gallery-dl would keep of each file.
        "archive": str(folder / "keys.sqlite3"),
        "archive-mode": "memory",
        "archive-event": ["skip"],
        "base-directory": str(folder),
        "retries": 0,
        "sleep-429": 0,  # how long to wait is the engine's to decide
        "timeout": HTTP_TIMEOUT_SECONDS,
        "ytdl-update": False,
        "verify": certificate_file(),
        **options,
    }
    arguments = [f"--option=extractor.{name}={json.dumps(value)}" for name, value in every.items()]
    arguments += ["--option=output.mode=false", "--option=cache.file=null", "--option=extractor.generic.enabled=false"]
    return ["--config-ignore", "--no-input", "--no-colors", *arguments, "--", url]


def read_line(line: str) -> dict[str, Any] | None:
    """The data of one line, or None where the line is no file."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and isinstance(data.get(URL_KEY), str) else None


def candidates(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The URLs of a file that can be fetched, best first."""
    links = [data[URL_KEY].removeprefix(STREAM_PREFIX)]
    fallback = data.get("_fallback")
    if isinstance(fallback, list):
        links += [link for link in fallback[:_MAX_FALLBACKS] if isinstance(link, str)]
    found = []
    for link in links:
        try:
            found.append(normalise_url(link))
        except MediaError:
            continue  # "text:" and the like: nothing to fetch
    return tuple(found)


def date_of(value: object) -> datetime | None:
    """A date as gallery-dl writes it (text without a zone is UTC), or a timestamp."""
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


def headers_of(value: object) -> dict[str, str]:
    """The headers that its extractor wants with a file, without credentials."""
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


def first_text(data: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first of these fields that has a text (or a person's name), made fit to be shown."""
    for name in names:
        value = data.get(name)
        if isinstance(value, dict):
            value = value.get("username") or value.get("uniqueId") or value.get("name")
        if isinstance(value, str) and value.strip():
            return shown(value, CAPTION_MAX_CHARACTERS)
    return ""


def sizes_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Width, height and duration as ``metadata`` names them; what is not known is left out."""
    names = {"width": "width", "height": "height", "duration": "duration_seconds"}
    return {ours: data[name] for name, ours in names.items() if isinstance(data.get(name), int | float) and data[name]}


def _raise_failure(child: ChildLines) -> None:
    """Raise what the program said, where the listing did not end well."""
    errors = _said(child, _ERROR_LINE)
    if any(error.startswith(_UNSUPPORTED) for error in errors):
        raise NotForThisDownloaderError("gallery-dl has no extractor for this URL")
    if errors:
        raise error_from("gallery-dl", errors[0])
    if child.returncode:
        last = next(iter(reversed(child.error_lines())), "")
        raise error_from("gallery-dl", f"{last} (exit code {child.returncode})" if last else "")


def _said(child: ChildLines, pattern: re.Pattern[str]) -> list[str]:
    return [match[2] for line in child.error_lines() if (match := pattern.match(line))]
