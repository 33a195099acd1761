"""Which index leads to a page: SQLite has no statistics to know by, the counts tell us."""

from dataclasses import dataclass

from django.db import connection

from downloads.selectors.filters import DownloadFilters, Where

_INDEXED = ("source", "platform", "status")
# Reading a row costs some ten times an entry of an index that answers by itself.
_ROW_COST = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """How a page is found: these conditions, and whether the matches are gathered first and then sorted."""

    where: Where
    sorts: bool = False


def plan(filters: DownloadFilters, where: Where, *, by_date: bool, last_row: int, total: int) -> Plan:
    """Choose for a page that ends ``last_row`` rows from the nearer end of ``total`` matches."""
    if connection.vendor != "sqlite":
        return Plan(where)
    if filters.search:
        return Plan(where.by_index_of(None), sorts=not by_date and total <= _ROW_COST * 500)
    if filters.kept or filters.tag is not None:
        return Plan(where.by_index_of(None), sorts=not by_date)
    if not filters.exact and filters.kept is None:
        return Plan(where)
    if by_date and filters.kept is None and len(filters.exact) == 1 and filters.exact.keys() <= set(_INDEXED):
        return Plan(where)  # its own index has all that is asked for
    library, drivers = _sizes(filters)
    share = min(1.0, last_row / max(total, 1))
    if by_date:
        costs = {column: size * share * _ROW_COST for column, size in drivers.items()} | {None: library * share}
        return Plan(where.by_index_of(min(costs, key=lambda column: costs[column])))
    # Failed downloads have no size: in that order they all lie at one end of the index.
    walking = float("inf") if filters.status == "failed" else library * share * _ROW_COST
    gathering = {column: size * _ROW_COST for column, size in drivers.items()} | {None: library + total * _ROW_COST}
    best = min(gathering, key=lambda column: gathering[column])
    if walking <= gathering[best]:
        return Plan(where.by_index_of(None))
    return Plan(where.by_index_of(best), sorts=True)


def _sizes(filters: DownloadFilters) -> tuple[int, dict[str | None, int]]:
    """Rows of the library, and of each filter that has an index; one query."""
    columns = [name for name in _INDEXED if name in filters.exact]
    sums = "".join(f", SUM(CASE WHEN {name} = %s THEN n ELSE 0 END)" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT SUM(n){sums} FROM downloads_cubetotal", [filters.exact[name] for name in columns])  # noqa: S608
        library, *sizes = (int(value or 0) for value in cursor.fetchone())
    return library, dict(zip(columns, sizes, strict=True))
