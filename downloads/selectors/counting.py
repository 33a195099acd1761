"""How many downloads match: from the cube; where it cannot know, counted once for a library state."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import connection

from downloads.selectors.filters import DownloadFilters, Where, where_cube, where_downloads
from downloads.selectors.searching import Search, count_text_matches
from mediadl import clock

_REMEMBERED = 256
_REMEMBERED_SECONDS = 60.0


class _Counts:
    """Counts of common search terms, valid while the library is as it was."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: OrderedDict[Any, tuple[int, float]] = OrderedDict()

    def get(self, key: Any) -> int | None:
        """A count that was made in this state of the library, at most a minute ago."""
        with self._lock:
            found = self._counts.get(key)
        if found is None or clock.monotonic() - found[1] > _REMEMBERED_SECONDS:
            return None
        return found[0]

    def keep(self, key: Any, count: int) -> None:
        """Remember a count."""
        with self._lock:
            self._counts[key] = (count, clock.monotonic())
            self._counts.move_to_end(key)
            while len(self._counts) > _REMEMBERED:
                self._counts.popitem(last=False)


_counts = _Counts()


def total_of(filters: DownloadFilters, where: Where, search: Search | None) -> int:
    """Exactly how many match, in at most three queries."""
    if search is not None:
        return _count_search(filters, where, search)
    if filters.kept is not None:
        # Kept ones have an index of their own; the others are the rest.
        kept = _count_rows(where_downloads(replace(filters, kept=True)))
        return kept if filters.kept else _count_exact(replace(filters, kept=None)) - kept
    return _count_exact(filters)


def _count_exact(filters: DownloadFilters) -> int:
    """From the totals over all days; between days, from the wide date index, once for a library state."""
    if not (filters.date_from or filters.date_to):
        where = where_cube(filters)
        return _number(f"SELECT COALESCE(SUM(n), 0) FROM downloads_cubetotal {where.sql}", where.parameters)  # noqa: S608
    return _remembered(filters, lambda: _count_rows(where_downloads(filters)))


def _count_search(filters: DownloadFilters, where: Where, search: Search) -> int:
    is_bare = filters == DownloadFilters(search=filters.search)
    if search.matches is not None and (is_bare or not search.matches):
        return search.matches
    if search.few or filters.kept is not None:
        return _count_rows(where)

    def count() -> int:
        by_index = count_text_matches(filters.search) if is_bare else None
        return _count_rows(where) if by_index is None else by_index

    return _remembered(filters, count)


def _remembered(filters: DownloadFilters, count: Callable[[], int]) -> int:
    key = (filters, _library_state())
    found = _counts.get(key)
    if found is None:
        found = count()
        _counts.keep(key, found)
    return found


def _count_rows(where: Where) -> int:
    where = where.by_index_of(None)
    return _number(f"SELECT COUNT(*) FROM downloads_download d {where.sql}", where.parameters)  # noqa: S608


def _library_state() -> tuple[Any, ...]:
    """Changes whenever a download comes, goes or takes other bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT MAX(id) FROM downloads_download), SUM(n), SUM(bytes) FROM downloads_cubetotal")
        return tuple(cursor.fetchone())


def _number(sql: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.fetchone()[0])
