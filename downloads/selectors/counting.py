"""How many downloads match: from the cube; where it cannot know, counted once for a library state."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from downloads.selectors.day_counts import count_between
from downloads.selectors.filters import DownloadFilters, Where, where_cube, where_downloads
from downloads.selectors.library_state import Library, library_since
from downloads.selectors.searching import Search, count_text_matches

_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class _Count:
    """How many matched in a state of the library."""

    library: Library
    n: int


class _Counts:
    """Counts of common search terms, with the state of the library that they are true for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: OrderedDict[DownloadFilters, _Count] = OrderedDict()

    def get(self, filters: DownloadFilters) -> _Count | None:
        """The last count."""
        with self._lock:
            return self._counts.get(filters)

    def keep(self, filters: DownloadFilters, count: _Count) -> None:
        """Remember a count."""
        with self._lock:
            self._counts[filters] = count
            self._counts.move_to_end(filters)
            while len(self._counts) > _REMEMBERED:
                self._counts.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._counts.clear()


_counts = _Counts()


def forget_counts() -> None:
    """Start anew: the database went back in time, as it does between tests."""
    _counts.clear()


def total_of(filters: DownloadFilters, where: Where, search: Search | None) -> int:
    """Exactly how many match, in at most three queries."""
    if filters.tag is not None:
        return _count_rows(where)  # few have a tag, and the cube knows none
    if search is not None:
        return _count_search(filters, where, search)
    if filters.kept is not None:
        # Kept ones have an index of their own; the others are the rest.
        kept = _count_rows(where_downloads(replace(filters, kept=True)))
        return kept if filters.kept else _count_exact(replace(filters, kept=None)) - kept
    return _count_exact(filters)


def _count_exact(filters: DownloadFilters) -> int:
    """From the cube alone."""
    if filters.date_from or filters.date_to:
        return count_between(filters)
    where = where_cube(filters)
    return _number(f"SELECT COALESCE(SUM(n), 0) FROM downloads_cubetotal {where.sql}", where.parameters)  # noqa: S608


def _count_search(filters: DownloadFilters, where: Where, search: Search) -> int:
    is_bare = filters == DownloadFilters(search=filters.search)
    if search.matches is not None and (is_bare or not search.matches):
        return search.matches
    if search.few or filters.kept is not None:
        return _count_rows(where)

    def count() -> int:
        by_index = count_text_matches(filters.search) if is_bare else None
        return _count_rows(where) if by_index is None else by_index

    return _remembered(filters, where, count)


def _remembered(filters: DownloadFilters, where: Where, count: Callable[[], int]) -> int:
    """As last time, with what has come since; counted anew where anything else changed."""
    last = _counts.get(filters)
    library, added = library_since(last.library.newest if last else None)
    if last is not None and last.library == library:
        return last.n
    if last is not None and added == last.library.difference_to(library):
        newer = where.copy()
        newer.add("d.id > %s", last.library.newest)
        n = last.n + _count_rows(newer)
    else:
        n = count()
    _counts.keep(filters, _Count(library, n))
    return n


def _count_rows(where: Where) -> int:
    where = where.by_index_of(None)
    return _number(f"SELECT COUNT(*) FROM downloads_download d {where.sql}", where.parameters)  # noqa: S608


def _number(sql: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.fetchone()[0])
