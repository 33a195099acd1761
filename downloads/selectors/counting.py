"""How many downloads match: from the cube; where it cannot know, counted once for a library state."""

import threading
from collections import OrderedDict
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


def cube_count(filters: DownloadFilters) -> int:
    """Matches of filters that the cube knows, in one query."""
    where = where_cube(filters)
    table = "downloads_cubecell" if filters.date_from or filters.date_to else "downloads_cubetotal"
    return _number(f"SELECT COALESCE(SUM(n), 0) FROM {table} {where.sql}", where.parameters)  # noqa: S608


def counted(filters: DownloadFilters, where: Where, search: Search | None) -> int:
    """Matches of filters with a search or ``kept``, in at most two queries."""
    if search is None:
        return _counted_by_kept(filters)
    bare = not filters.exact and filters.kept is None and not (filters.date_from or filters.date_to)
    if search.matches is not None and (bare or not search.matches):
        return search.matches
    if search.few or filters.kept is not None:
        return _count_rows(where.without_column_indexes())
    key = (filters, _library_state())
    found = _counts.get(key)
    if found is None:
        found = count_text_matches(filters.search) if bare else None
        if found is None:
            found = _count_rows(where.without_column_indexes())
        _counts.keep(key, found)
    return found


def _counted_by_kept(filters: DownloadFilters) -> int:
    """Kept ones have an index of their own; the others are the rest of what the cube counts."""
    kept = _count_rows(where_downloads(replace(filters, kept=True)).without_column_indexes())
    return kept if filters.kept else cube_count(replace(filters, kept=None)) - kept


def _count_rows(where: Where) -> int:
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
