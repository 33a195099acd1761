"""The ids of one page, however deep: the cube leads to the right days, the nearer end is counted from."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from downloads.selectors.filters import DownloadFilters, Where, day_start, where_cube

SORTS = ("download_date", "post_date", "file_size")
_SHALLOW_OFFSET = 500  # rows that are cheaper to pass than to ask the cube about
_MOST_RANGES = 40  # of days in one query


@dataclass(frozen=True, slots=True)
class Order:
    """A column of :data:`SORTS` and its direction; equal values go by id."""

    column: str
    descending: bool

    @classmethod
    def parse(cls, text: str) -> "Order":
        """``-download_date`` and the like.

        Raises:
            ValueError: no such sort.
        """
        column = text.removeprefix("-")
        if column not in SORTS:
            raise ValueError(f"sort must be one of {', '.join(SORTS)}, each with an optional '-'")
        return cls(column, text.startswith("-"))

    def sql(self, *, backwards: bool = False) -> str:
        """``ORDER BY ...``; a missing post date counts as oldest everywhere, as it does on SQLite."""
        descending = self.descending != backwards
        direction = "DESC" if descending else "ASC"
        nulls = ""
        if self.column == "post_date" and connection.vendor == "postgresql":
            nulls = " NULLS LAST" if descending else " NULLS FIRST"
        return f"ORDER BY d.{self.column} {direction}{nulls}, d.id {direction}"


@dataclass(slots=True)
class _Slice:
    """Rows ``offset`` to before ``offset + length`` of the ``total`` that match ``where``."""

    where: Where
    offset: int
    length: int
    total: int


def page_ids(
    filters: DownloadFilters, where: Where, order: Order, *, offset: int, length: int, total: int
) -> list[int]:
    """The ids of one page in order, in at most two queries."""
    wanted = _Slice(where, offset, min(length, total - offset), total)
    if wanted.length <= 0:
        return []
    is_sparse = len(filters.exact) > 1 or bool(filters.exact.keys() - {"platform", "source", "status"})
    if order.column == "download_date" and filters.in_cube and (offset > _SHALLOW_OFFSET or is_sparse):
        wanted = _narrowed(filters, wanted, order)
    return _ids(wanted, order)


def _ids(wanted: _Slice, order: Order) -> list[int]:
    behind = wanted.total - wanted.offset - wanted.length
    backwards = 0 <= behind < wanted.offset
    skipped = behind if backwards else wanted.offset
    sql = (
        f"SELECT d.id FROM downloads_download d {wanted.where.sql} {order.sql(backwards=backwards)} LIMIT %s OFFSET %s"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*wanted.where.parameters, wanted.length, skipped])
        ids = [row[0] for row in cursor.fetchall()]
    return ids[::-1] if backwards else ids


def _narrowed(filters: DownloadFilters, wanted: _Slice, order: Order) -> _Slice:
    """The same rows, looked for only on the days that hold them."""
    passed = inside = 0
    days: list[date] = []
    for day, n in _days(filters, order):
        if passed + inside + n <= wanted.offset:
            passed += n
            continue
        days.append(day)
        inside += n
        if passed + inside >= wanted.offset + wanted.length:
            break
    if not days:
        return wanted
    where = wanted.where.copy()
    ranges = _ranges(sorted(days))
    if len(ranges) > _MOST_RANGES:
        ranges = [(ranges[0][0], ranges[-1][1])]
        inside = sum(n for day, n in _days(filters, order) if ranges[0][0] <= day < ranges[0][1])
    condition = " OR ".join("(d.download_date >= %s AND d.download_date < %s)" for _range in ranges)
    where.add(f"({condition})", *(day_start(edge) for edges in ranges for edge in edges))
    return _Slice(where, wanted.offset - passed, wanted.length, inside)


def _days(filters: DownloadFilters, order: Order) -> list[tuple[date, int]]:
    where = where_cube(filters)
    direction = "DESC" if order.descending else "ASC"
    sql = f"SELECT day, SUM(n) FROM downloads_cubecell {where.sql} GROUP BY day ORDER BY day {direction}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, where.parameters)
        return [(_as_date(day), int(n)) for day, n in cursor.fetchall()]


def _as_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _ranges(days: list[date]) -> list[tuple[date, date]]:
    """Days in a row joined, each as first day and the day after the last."""
    ranges: list[tuple[date, date]] = []
    for day in days:
        after = day + timedelta(days=1)
        if ranges and ranges[-1][1] == day:
            ranges[-1] = (ranges[-1][0], after)
        else:
            ranges.append((day, after))
    return ranges
