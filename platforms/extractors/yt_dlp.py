"""Listing with yt-dlp: a process that fetches no media, and the fields of the lines that it prints."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from mediadl.media import FailureKind, MediaError
from mediadl.net.urls import normalise_url
from platforms.access import SiteAccess
from platforms.child_lines import ChildLines, refusals_first
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.cookie_files import cookies_file
from platforms.media_urls import is_stream_list, promised_type
from platforms.program_errors import error_from
from platforms.programs import HTTP_TIMEOUT_SECONDS, empty_working_folder, program

CAPTION_MAX_CHARACTERS = 2000
_LINE_START = "mediadl "
_FIELDS = (
    "id,extractor_key,webpage_url,url,protocol,ext,http_headers,cookies,requested_formats,filesize,timestamp"
    ",vcodec,upload_date,title,description,uploader,channel,duration,width,height,live_status,playlist_index,playlist_title"
)
LISTING = ("--lazy-playlist", "--simulate", f"--print={_LINE_START}%(.{{{_FIELDS}}})j")
_ERROR_START = "ERROR: "
_UNSUPPORTED = ("Unsupported URL", "No suitable extractor", "is not a valid URL")
_PLAIN_PROTOCOLS = frozenset({"http", "https"})
_SENT_HEADERS = frozenset({"referer", "user-agent", "accept", "origin", "accept-language"})
# What one entry of a playlist may be without spoiling the others.
_ENTRY_KINDS = frozenset({FailureKind.GONE, FailureKind.NEEDS_PERSON, FailureKind.REFUSED})


def common_arguments(url: str) -> list[str]:
    """The start of every call's command line."""
    return [*program("yt_dlp"), *every_argument(url)]


def every_argument(url: str) -> list[str]:
    """The arguments of every call: nothing of the user's own, no cache, no retrying of its own."""
    # The generic extractor reads any page, which ``page`` does better; streams it alone can read.
    extractors = "all" if is_stream_list(url) else "all,-generic"
    return [
        "--ignore-config", "--no-cache-dir", "--no-plugin-dirs", "--color=never", "--no-warnings",
        # The machine's certificates (SSL_CERT_FILE), as for everything else, not those of a package.
        "--compat-options=no-certifi",
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


def entries(context: ListingContext, url: str, arguments: Sequence[str]) -> Generator[dict[str, Any], None, None]:
    """The data of each entry at ``url`` with its chosen format, lazily.

    Single entries of a playlist that cannot be had are passed over.

    Args:
        arguments: the choice of formats, and of entries.

    Raises:
        MediaError: the listing failed, or was stopped.
        NotForThisDownloaderError: it has no extractor for the URL.
    """
    found = 0
    with (
        empty_working_folder() as folder,
        access_arguments(context.access) as access,
        ChildLines(_command(url, [*access, *arguments]), context, folder) as child,
    ):
        for line in child.lines():
            if (data := read_line(line)) is not None:
                found += 1
                yield data
        with refusals_first(context):
            _raise_failure(child, has_found=found > 0)


def _command(url: str, arguments: Sequence[str]) -> list[str]:
    return [*common_arguments(url), *LISTING, *arguments, "--", url]


def read_line(line: str) -> dict[str, Any] | None:
    """The data of one line, or None where the line is no entry."""
    if not line.startswith(_LINE_START):
        return None
    try:
        data = json.loads(line.removeprefix(_LINE_START))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and data.get("id") else None


def date_of(data: Mapping[str, Any]) -> datetime | None:
    """When the entry was posted, if the site says so."""
    timestamp, day = data.get("timestamp"), data.get("upload_date")
    try:
        if isinstance(timestamp, int | float):
            return datetime.fromtimestamp(timestamp, UTC)
        if isinstance(day, str):
            return datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def plain_url(data: Mapping[str, Any]) -> str:
    """The URL of the one plain file that the chosen format is, or an empty string where yt-dlp must fetch it."""
    url = data.get("url")
    if data.get("requested_formats") or data.get("cookies") or not isinstance(url, str):
        return ""
    if data.get("protocol") not in _PLAIN_PROTOCOLS or not promised_type(f"https://x/x.{data.get('ext')}"):
        return ""
    try:
        return normalise_url(url)
    except MediaError:
        return ""


def headers_of(value: object) -> dict[str, str]:
    """The headers that its extractor wants with a file, without credentials."""
    if not isinstance(value, dict):
        return {}
    return {
        name: text
        for name, text in value.items()
        if isinstance(text, str) and name.lower() in _SENT_HEADERS and text.isascii() and text.isprintable()
    }


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
    for error in (error_from("yt-dlp", message) for message in errors):
        if not has_found or error.kind not in _ENTRY_KINDS:
            raise error
