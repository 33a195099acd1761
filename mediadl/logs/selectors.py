"""Reading the log: rows for lists, files for downloads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db.models import QuerySet, Sum

from mediadl.api.errors import NotFoundError
from mediadl.clock import isoformat_milliseconds
from mediadl.logs import daily_files
from mediadl.logs.counting import hour_of
from mediadl.logs.models import LogCount, LogRow
from mediadl.logs.records import text_line
from mediadl.logs.searching import find

_HOUR = timedelta(hours=1)
_COLUMNS = ("id", "timestamp", "level", "module", "message", "metadata")


@dataclass(frozen=True, slots=True)
class LogFilters:
    """What to show; None means any. Both times are inclusive."""

    level: str | None = None
    module: str | None = None
    search: str | None = None
    date_from: datetime | None = None
    date_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page, newest first, with how many there are and how many match."""

    rows: list[dict[str, Any]]
    total: int
    filtered: int


def list_logs(filters: LogFilters, *, page: int, limit: int) -> LogPage:
    """The ``page``-th ``limit`` rows that match."""
    rows, offset = _matching(filters), (page - 1) * limit
    if not filters.search:
        filtered = count(filters)
        return LogPage(_page(rows, filtered, offset, limit), count(LogFilters()), filtered)
    found = find(filters, rows)
    if found.ids is not None:
        shown = LogRow.objects.filter(id__in=found.ids[offset : offset + limit])
        return LogPage(_page(shown, min(limit, max(found.n - offset, 0)), 0, limit), found.total, found.n)
    return LogPage(_page(rows, found.n, offset, limit), found.total, found.n)


def _page(rows: QuerySet[LogRow], total: int, offset: int, limit: int) -> list[dict[str, Any]]:
    """Newest first, counted from the nearer end: the last page is as near as the first."""
    length = min(limit, total - offset)
    if length <= 0:
        return []
    behind = total - offset - length
    if behind < offset:
        found = list(rows.order_by("timestamp", "id").values(*_COLUMNS)[behind : behind + length])[::-1]
    else:
        found = list(rows.order_by("-timestamp", "-id").values(*_COLUMNS)[offset : offset + length])
    return [{**row, "timestamp": isoformat_milliseconds(row["timestamp"])} for row in found]


def count(filters: LogFilters) -> int:
    """How many rows match: from the hourly counts where they can tell, exact in any case."""
    if filters.search:
        return find(filters, _matching(filters)).n
    first_whole, after_whole = _whole_hours(filters)
    if first_whole is not None and after_whole is not None and first_whole >= after_whole:
        return _matching(filters).count()  # less than an hour
    cells = LogCount.objects.filter(**_exact(filters))
    if first_whole is not None:
        cells = cells.filter(hour__gte=first_whole)
    if after_whole is not None:
        cells = cells.filter(hour__lt=after_whole)
    total = cells.aggregate(n=Sum("n"))["n"] or 0
    if first_whole is not None and first_whole != filters.date_from:
        total += _matching(filters).filter(timestamp__lt=first_whole).count()
    if after_whole is not None:
        total += _matching(filters).filter(timestamp__gte=after_whole).count()
    return int(total)


def _whole_hours(filters: LogFilters) -> tuple[datetime | None, datetime | None]:
    """The first hour that lies in the range as a whole, and the hour in which the range ends."""
    first = after = None
    if filters.date_from is not None:
        first = hour_of(filters.date_from)
        if first != filters.date_from:
            first = _next_hour(first)
    if filters.date_to is not None:
        after = hour_of(filters.date_to)
    return first, after


def _next_hour(hour: datetime) -> datetime:
    try:
        return hour + _HOUR
    except OverflowError:
        return hour  # the last hour of the year 9999


def _exact(filters: LogFilters) -> dict[str, str]:
    pairs = {"level": filters.level, "module": filters.module}
    return {name: value for name, value in pairs.items() if value is not None}


def _matching(filters: LogFilters) -> QuerySet[LogRow]:
    rows = LogRow.objects.filter(**_exact(filters))
    if filters.date_from is not None:
        rows = rows.filter(timestamp__gte=filters.date_from)
    if filters.date_to is not None:
        rows = rows.filter(timestamp__lte=filters.date_to)
    if filters.search:
        rows = rows.filter(message__icontains=filters.search)
    return rows


def file_of(day: date) -> Path:
    """The daily file of ``day``.

    Raises:
        NotFoundError: there is none.
    """
    path = daily_files.path_of(settings.LOGS_DIR, day)
    if not path.is_file() or path.is_symlink():
        raise NotFoundError(f"There is no log of {day.isoformat()}.")
    return path


def text_parts(path: Path, part_characters: int = 64 * 1024) -> Iterator[bytes]:
    """The daily file as text for people, in parts; a line that is damaged is shown as it is."""
    waiting: list[str] = []
    size = 0
    with path.open("rb") as lines:
        for line in lines:
            try:
                text = text_line(orjson.loads(line))
            except orjson.JSONDecodeError:
                text = line.decode("utf-8", "replace")
            waiting.append(text)
            size += len(text)
            if size >= part_characters:
                yield "".join(waiting).encode()
                waiting, size = [], 0
    if waiting:
        yield "".join(waiting).encode()


def days() -> list[date]:
    """The days that have a file, newest first."""
    return [file.day for file in daily_files.daily_files(settings.LOGS_DIR)][::-1]
