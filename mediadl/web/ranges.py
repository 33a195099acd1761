"""Conditional and range requests (RFC 9110), decided without touching the file."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

_RANGE = re.compile(r"bytes\s*=\s*(\d*)-(\d*)", re.IGNORECASE | re.ASCII)
_FAR = 10**18  # past the end of any file; a longer number says no more, and may be too long for int()
_FAR_DIGITS = 18
_ETAGS = re.compile(r'(?:W/)?"[^"]*"')


@dataclass(frozen=True, slots=True)
class Conditions:
    """A request's headers that decide what is sent; empty where absent."""

    range: str = ""
    if_range: str = ""
    if_match: str = ""
    if_unmodified_since: str = ""
    if_none_match: str = ""
    if_modified_since: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to answer: a status, and the bytes from ``start`` up to, not including, ``end``."""

    status: HTTPStatus
    start: int
    end: int


def select(conditions: Conditions, *, size: int, etag: str, last_modified: datetime) -> Selection:
    """Decide the answer for a file of ``size`` bytes with these (quoted, strong) validators.

    A range that cannot be understood, several ranges, or one whose ``If-Range`` no longer holds get
    the whole file, as the standard allows; one that starts past the end gets 416. Whoever wants only
    a version that this is not gets 412, before anything else is looked at.
    """
    moment = last_modified.astimezone(UTC).replace(microsecond=0)
    if not _is_the_wanted_version(conditions, etag, moment):
        return Selection(HTTPStatus.PRECONDITION_FAILED, 0, 0)
    if _is_not_modified(conditions, etag, moment):
        return Selection(HTTPStatus.NOT_MODIFIED, 0, 0)
    whole = Selection(HTTPStatus.OK, 0, size)
    if not conditions.range or not _range_still_applies(conditions.if_range, etag, moment):
        return whole
    match = _RANGE.fullmatch(conditions.range.strip())
    if match is None or not any(match.groups()):
        return whole
    first, last = match.groups()
    if not first:  # the last N bytes
        start, end = max(0, size - _number(last)), size
        is_satisfiable = _number(last) > 0 and size > 0
    else:
        start, end = _number(first), min(_number(last) + 1, size) if last else size
        if last and _number(last) < start:
            return whole  # not a valid range at all
        is_satisfiable = start < size
    if not is_satisfiable:
        return Selection(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, 0, 0)
    return Selection(HTTPStatus.PARTIAL_CONTENT, start, end)


def _number(digits: str) -> int:
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _FAR_DIGITS else _FAR


def _is_the_wanted_version(conditions: Conditions, etag: str, last_modified: datetime) -> bool:
    if conditions.if_match:  # decides alone, and by strong comparison: a weak tag never matches
        return conditions.if_match.strip() == "*" or etag in _ETAGS.findall(conditions.if_match)
    since = _http_date(conditions.if_unmodified_since)
    return since is None or last_modified <= since


def _is_not_modified(conditions: Conditions, etag: str, last_modified: datetime) -> bool:
    if conditions.if_none_match:
        if conditions.if_none_match.strip() == "*":
            return True
        return etag in {tag.removeprefix("W/") for tag in _ETAGS.findall(conditions.if_none_match)}
    since = _http_date(conditions.if_modified_since)
    return since is not None and last_modified <= since


def _range_still_applies(if_range: str, etag: str, last_modified: datetime) -> bool:
    if not if_range:
        return True
    if if_range.lstrip().startswith(('"', "W/")):
        return if_range.strip() == etag  # strong comparison: a weak tag never matches
    date = _http_date(if_range)
    return date is not None and date == last_modified


def _http_date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
