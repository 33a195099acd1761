"""Whether bytes on disk and bytes on a server are one version of one file."""

import re
from dataclasses import dataclass

from mediadl.net.headers import HeaderMap
from mediadl.net.retry_after import parse_http_date

_CONTENT_RANGE = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.IGNORECASE)
_UNSATISFIED = re.compile(r"bytes\s+\*/(\d{1,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about the version of a file, kept beside its partial file.

    Attributes:
        etag: a strong one as it was sent, or empty.
        last_modified: as it was sent, or empty; only one that tells versions apart.
        total: bytes of the whole file, if known.
        url: that was asked for (before redirects).
    """

    etag: str
    last_modified: str
    total: int | None
    url: str

    @property
    def condition(self) -> str:
        """The value for ``If-Range``; empty where nothing tells versions apart."""
        return self.etag or self.last_modified


@dataclass(frozen=True, slots=True)
class ContentRange:
    """``Content-Range: bytes first-last/total``, ``last`` inclusive."""

    first: int
    last: int
    total: int | None


def validators_from(headers: HeaderMap, *, url: str, total: int | None) -> Validators:
    """The validators of a whole answer (200) that was not content-encoded."""
    etag = headers.get("ETag", "").strip()
    is_strong = len(etag) > 2 and etag.startswith('"') and etag.endswith('"')
    return Validators(etag if is_strong else "", _telling_date(headers), total, url)


def content_range(headers: HeaderMap) -> ContentRange | None:
    """The range of a 206; None where it is missing or makes no sense."""
    match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if match is None:
        return None
    first, last, total = int(match[1]), int(match[2]), None if match[3] == "*" else int(match[3])
    if last < first or (total is not None and last >= total):
        return None
    return ContentRange(first, last, total)


def unsatisfied_total(headers: HeaderMap) -> int | None:
    """The whole size that a 416 tells (``bytes */N``), if it does."""
    match = _UNSATISFIED.fullmatch(headers.get("Content-Range", "").strip())
    return int(match[1]) if match else None


def content_length(headers: HeaderMap) -> int | None:
    """``Content-Length``, if it is one number."""
    text = headers.get("Content-Length", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def is_encoded(headers: HeaderMap) -> bool:
    """Whether the body is compressed, so that offsets and lengths are not those of the file."""
    return headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}


def _telling_date(headers: HeaderMap) -> str:
    """``Last-Modified`` if two versions cannot share it: RFC 9110 asks for one second before ``Date``."""
    text = headers.get("Last-Modified", "").strip()
    modified, sent = parse_http_date(text), parse_http_date(headers.get("Date", ""))
    if modified is None or (sent is not None and modified >= sent):
        return ""
    return text
