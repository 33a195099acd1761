"""Reading the JSON of forum programs without trusting its shape."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mediadl.media import FailureKind, MediaError
from mediadl.net.client import HttpClient
from platforms.forum.post_media import is_blockquote, media_of
from platforms.forum.thread_page import PostMedium

JSON_HEADERS = {"Accept": "application/json"}


def fetch_object(http: HttpClient, url: str) -> Mapping[str, Any]:
    """The JSON object at ``url``.

    Raises:
        MediaError: it cannot be had, or is something else.
    """
    response = http.get(url, headers=JSON_HEADERS)
    response.raise_for_status()
    data = response.json()
    if not isinstance(data, dict):
        raise MediaError(
            FailureKind.SITE_CHANGED, "SITE_CHANGED", "The forum's answer has another form than it used to."
        )
    return data


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; nothing where it is no list."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def mapping(value: object) -> Mapping[str, Any]:
    """``value`` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """A string or number as text; empty for anything else."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def number(value: object) -> int:
    """A whole number that is not negative; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def media_of_markup(
    markup: object, base_url: str, is_quote: Callable[[LexborNode], bool] = is_blockquote
) -> tuple[PostMedium, ...]:
    """The media of a post that came as a piece of HTML; ``is_quote`` as in :func:`media_of`."""
    if not isinstance(markup, str) or "<" not in markup:
        return ()
    body = LexborHTMLParser(f"<html><body><div>{markup}</div></body></html>").body
    return media_of([body], base_url, is_quote) if body is not None else ()


def board_of(url: str, path: re.Pattern[str]) -> tuple[str, "re.Match[str] | None"]:
    """The address below which a board lives, and what ``path`` finds in the rest of the URL."""
    parts = urlsplit(url)
    found = path.search(parts.path)
    board = parts.path[: found.start()] if found else ""
    return urlunsplit((parts.scheme, parts.netloc, board, "", "")), found
