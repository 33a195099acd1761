"""The counting cube: every change of a download changes its cell in the same transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Sum

from downloads.models import CubeCell, CubeTotal, Download


class Cell(NamedTuple):
    """What a download is counted under; ``day`` is the UTC day of its download date, ISO."""

    day: str
    platform: str
    downloader: str
    collection: str
    source: str
    content_type: str
    media_type: str
    status: str
    upgraded: bool


@dataclass(slots=True)
class _Change:
    n: int = 0
    bytes: int = 0


_VALUES = Cell._fields[1:]


def _upsert(table: str, keys: tuple[str, ...]) -> str:
    columns = ", ".join(keys)
    places = ", ".join(["%s"] * (len(keys) + 2))
    return (
        f"INSERT INTO {table} ({columns}, n, bytes) VALUES ({places}) ON CONFLICT ({columns}) "  # noqa: S608
        f"DO UPDATE SET n = {table}.n + excluded.n, bytes = {table}.bytes + excluded.bytes"
    )


def _remove_empty(table: str, keys: tuple[str, ...]) -> str:
    return f"DELETE FROM {table} WHERE n = 0 AND " + " AND ".join(f"{name} = %s" for name in keys)  # noqa: S608


_STATEMENTS = tuple(
    (first, _upsert(table, Cell._fields[first:]), _remove_empty(table, Cell._fields[first:]))
    for table, first in (("downloads_cubecell", 0), ("downloads_cubetotal", 1))
)


class CubeChanges:
    """Gathers the changes of one transaction, to be written as few sums."""

    def __init__(self) -> None:
        self._changes: defaultdict[Cell, _Change] = defaultdict(_Change)

    def add(self, download: Download) -> None:
        """A download as it is now starts to count."""
        self._count(download, 1)

    def remove(self, download: Download) -> None:
        """A download as it is now no longer counts."""
        self._count(download, -1)

    def _count(self, download: Download, sign: int) -> None:
        change = self._changes[cell_of(download)]
        change.n += sign
        change.bytes += sign * download.file_size

    def write(self) -> None:
        """Write the sums; call once, at the end of the transaction."""
        with connection.cursor() as cursor:
            for first, upsert, remove_empty in _STATEMENTS:
                sums: defaultdict[tuple[Any, ...], _Change] = defaultdict(_Change)
                for cell, change in self._changes.items():
                    sums[cell[first:]].n += change.n
                    sums[cell[first:]].bytes += change.bytes
                changed = sorted(
                    (key, change.n, change.bytes) for key, change in sums.items() if change.n or change.bytes
                )
                if changed:
                    cursor.executemany(upsert, [(*key, n, size) for key, n, size in changed])
                if smaller := [key for key, n, _size in changed if n < 0]:
                    cursor.executemany(remove_empty, smaller)
        self._changes.clear()


def cell_of(download: Download) -> Cell:
    """Where a download is counted."""
    return Cell(
        download.download_date.astimezone(UTC).date().isoformat(),
        download.platform,
        download.downloader,
        download.collection,
        download.source,
        download.content_type,
        download.media_type,
        download.status,
        download.upgraded,
    )


def total_bytes() -> int:
    """Bytes of all completed downloads (shared bytes count for each record)."""
    return int(CubeTotal.objects.aggregate(total=Sum("bytes"))["total"] or 0)


def recount() -> list[tuple[Cell, int, int]]:
    """All cells counted anew from the downloads, slowly; for the doctor and for tests."""
    counted: defaultdict[Cell, _Change] = defaultdict(_Change)
    for download in Download.objects.only("download_date", "file_size", *_VALUES).iterator():
        change = counted[cell_of(download)]
        change.n += 1
        change.bytes += download.file_size
    return sorted((cell, change.n, change.bytes) for cell, change in counted.items())


def stored_cells() -> list[tuple[Cell, int, int]]:
    """The cells as they are kept, in the order of :func:`recount`.

    Cells that the totals over all days contradict are answered without a day, so they never equal a recount.
    """
    rows = list(CubeCell.objects.values())
    cells = [(Cell(row["day"].isoformat(), *_values(row)), row["n"], row["bytes"]) for row in rows]
    totals = {_values(row): (row["n"], row["bytes"]) for row in CubeTotal.objects.values()}
    wrong = set(_totals_of(cells).items()) ^ set(totals.items())
    return sorted(cells) + [(Cell("", *values), n, size) for values, (n, size) in sorted(wrong)]


def repair() -> int:
    """Put the recounted cells in place of the kept ones; returns how many cells were wrong."""
    right, kept = recount(), stored_cells()
    if right == kept:
        return 0
    CubeCell.objects.all().delete()
    CubeTotal.objects.all().delete()
    CubeCell.objects.bulk_create(
        CubeCell(**{**cell._asdict(), "day": date.fromisoformat(cell.day)}, n=n, bytes=size) for cell, n, size in right
    )
    CubeTotal.objects.bulk_create(
        CubeTotal(**dict(zip(_VALUES, values, strict=True)), n=n, bytes=size)
        for values, (n, size) in _totals_of(right).items()
    )
    return len(set(right) ^ set(kept))


def _values(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _VALUES)


def _totals_of(cells: Iterable[tuple[Cell, int, int]]) -> dict[tuple[Any, ...], tuple[int, int]]:
    totals: defaultdict[tuple[Any, ...], _Change] = defaultdict(_Change)
    for cell, n, size in cells:
        totals[cell[1:]].n += n
        totals[cell[1:]].bytes += size
    return {values: (change.n, change.bytes) for values, change in totals.items()}
