"""The ids of one page, however deep."""

from dataclasses import dataclass

from django.db import connection

from downloads.selectors.filters import DownloadFilters, Where
from downloads.selectors.planning import plan

SORTS = ("download_date", "post_date", "file_size")


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
    """The ids of one page in order, counted from the nearer end of the right index; at most two queries."""
    length = min(length, total - offset)
    if length <= 0:
        return []
    behind = total - offset - length
    backwards = behind < offset
    skipped = behind if backwards else offset
    chosen = plan(filters, where, by_date=order.column == "download_date", last_row=skipped + length, total=total)
    ordered, found = order.sql(backwards=backwards), chosen.where.sql
    if chosen.sorts:  # a plus sign hides the column's index from SQLite
        ordered = ordered.replace("ORDER BY d.", "ORDER BY +d.")
        found = f"WHERE d.id IN (SELECT d.id FROM downloads_download d {found})"  # noqa: S608
    sql = f"SELECT d.id FROM downloads_download d {found} {ordered} LIMIT %s OFFSET %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*chosen.where.parameters, length, skipped])
        ids = [row[0] for row in cursor.fetchall()]
    return ids[::-1] if backwards else ids
