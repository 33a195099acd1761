"""Exact counts between two days: whole months from the cube's months, the days around them from its days."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import connection

from downloads.selectors.filters import DownloadFilters, Where, following_day, where_cube

_OF_THE_HOURS = frozenset({"status"})  # what the smallest table knows


def count_between(filters: DownloadFilters) -> int:
    """How many downloads match; of ``filters`` the cube must know all, and one day at least is given."""
    first, end = filters.date_from, filters.date_to and following_day(filters.date_to)
    exact = replace(filters, date_from=None, date_to=None)
    if first is None:  # all but the later ones, which are fewer as a rule
        total = _sum("downloads_cubetotal", where_cube(exact))
        return total if end is None else total - count_between(replace(exact, date_from=end))
    if filters.exact.keys() <= _OF_THE_HOURS:
        return _sum("downloads_cubehour", where_cube(filters))
    whole_from = _month_after(first)
    whole_to = end.replace(day=1) if end else None
    if whole_from is None or (whole_to and whole_from >= whole_to):
        return _sum("downloads_cubecell", where_cube(filters))
    total = _sum("downloads_cubemonth", _between(exact, "month", whole_from, whole_to))
    if first != whole_from:
        total += _sum("downloads_cubecell", _between(exact, "day", first, whole_from))
    if end and end != whole_to:
        total += _sum("downloads_cubecell", _between(exact, "day", whole_to, end))
    return total


def _month_after(day: date) -> date | None:
    """The first month that begins on ``day`` or later; None after the last there is."""
    if day.day == 1:
        return day
    try:
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    except OverflowError:
        return None


def _between(exact: DownloadFilters, column: str, first: date | None, end: date | None) -> Where:
    where = where_cube(exact)
    if first:
        where.add(f"{column} >= %s", first.isoformat())
    if end:
        where.add(f"{column} < %s", end.isoformat())
    return where


def _sum(table: str, where: Where) -> int:
    parameters: list[Any] = where.parameters
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(SUM(n), 0) FROM {table} {where.sql}", parameters)  # noqa: S608 - our own names
        return int(cursor.fetchone()[0])
