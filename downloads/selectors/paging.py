"""The ids of one page, however deep."""

from dataclasses import dataclass

from django.db import connection

from downloads.selectors.filters import DownloadFilters, Where

SORTS = ("download_date", "post_date", "file_size")
_INDEXED_BY_DATE = frozenset({"platform", "source", "status"})
_SORTED_ROWS = 5_000  # that are cheaper to sort than to look for along the sort's index


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


def page_ids(
    filters: DownloadFilters, where: Where, order: Order, *, offset: int, length: int, total: int
) -> list[int]:
    """The ids of one page in order, in one query: counted from the nearer end of the right index."""
    length = min(length, total - offset)
    if length <= 0:
        return []
    behind = total - offset - length
    backwards = behind < offset
    ordered = order.sql(backwards=backwards)
    if not filters.search:
        where, ordered = _with_best_index(filters, where, order, ordered, total)
    sql = f"SELECT d.id FROM downloads_download d {where.sql} {ordered} LIMIT %s OFFSET %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*where.parameters, length, behind if backwards else offset])
        ids = [row[0] for row in cursor.fetchall()]
    return ids[::-1] if backwards else ids


def _with_best_index(
    filters: DownloadFilters, where: Where, order: Order, ordered: str, total: int
) -> tuple[Where, str]:
    """Which index leads to the page: SQLite has no statistics to know by, the total tells us.

    By date: the filter's own index where it is the only filter, else the date's, which is wide
    enough to check every filter without reading rows. In another order: that order's index, unless
    few match; those are found first, and sorted.
    """
    if connection.vendor != "sqlite" or not (filters.exact or filters.kept is not None):
        return where, ordered
    has_own_index = len(filters.exact) == 1 and filters.kept is None and filters.exact.keys() <= _INDEXED_BY_DATE
    if order.column == "download_date":
        return (where if has_own_index else where.without_column_indexes()), ordered
    if total > _SORTED_ROWS:
        return where.without_column_indexes(), ordered
    inner = where if has_own_index else where.without_column_indexes()
    found = Where([f"d.id IN (SELECT d.id FROM downloads_download d {inner.sql})"], inner.parameters)  # noqa: S608
    return found, ordered.replace("ORDER BY d.", "ORDER BY +d.")
