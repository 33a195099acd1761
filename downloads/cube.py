"""The counting cube: every change of a download changes its cells in the same transaction.

It is kept at four levels, so that any figure is a sum of few rows: by day, by month and over all
days under all values, and by hour under the status alone.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Sum

from downloads.models import CubeCell, CubeHour, CubeMonth, CubeTotal, Download


class Cell(NamedTuple):
    """What a download is counted under: the UTC day (ISO) and hour of its download date, and its values."""

    day: str
    hour: int
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


_VALUES = Cell._fields[2:]


@dataclass(frozen=True, slots=True)
class _Level:
    """One table of the cube: its columns, and what of a cell they hold."""

    model: type[models.Model]
    columns: tuple[str, ...]
    key_of: Callable[[Cell], tuple[Any, ...]]

    @property
    def upsert(self) -> str:
        """Adds to a row's sums."""
        table, columns = self.model._meta.db_table, ", ".join(self.columns)
        places = ", ".join(["%s"] * (len(self.columns) + 2))
        return (
            f"INSERT INTO {table} ({columns}, n, bytes) VALUES ({places}) ON CONFLICT ({columns}) "  # noqa: S608
            f"DO UPDATE SET n = {table}.n + excluded.n, bytes = {table}.bytes + excluded.bytes"
        )

    @property
    def remove_empty(self) -> str:
        """Deletes a row that counts nothing any more."""
        conditions = " AND ".join(f"{name} = %s" for name in self.columns)
        return f"DELETE FROM {self.model._meta.db_table} WHERE n = 0 AND {conditions}"  # noqa: S608


LEVELS = (
    _Level(CubeCell, ("day", *_VALUES), lambda cell: (cell.day, *cell[2:])),
    _Level(CubeMonth, ("month", *_VALUES), lambda cell: (f"{cell.day[:7]}-01", *cell[2:])),
    _Level(CubeTotal, _VALUES, lambda cell: cell[2:]),
    _Level(CubeHour, ("day", "hour", "status"), lambda cell: (cell.day, cell.hour, cell.status)),
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
            for level in LEVELS:
                changed = sorted(
                    (key, change.n, change.bytes)
                    for key, change in _sums(level, self._changes).items()
                    if change.n or change.bytes
                )
                if changed:
                    cursor.executemany(level.upsert, [(*key, n, size) for key, n, size in changed])
                if smaller := [key for key, n, _size in changed if n < 0]:
                    cursor.executemany(level.remove_empty, smaller)
        self._changes.clear()


def cell_of(download: Download) -> Cell:
    """Where a download is counted."""
    moment = download.download_date.astimezone(UTC)
    return Cell(
        moment.date().isoformat(),
        moment.hour,
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


Counted = tuple[str, tuple[Any, ...], int, int]  # table, key, n, bytes


def recount() -> list[Counted]:
    """All levels counted anew from the downloads, slowly; for the doctor and for tests."""
    counted: defaultdict[Cell, _Change] = defaultdict(_Change)
    for download in Download.objects.only("download_date", "file_size", *_VALUES).iterator():
        change = counted[cell_of(download)]
        change.n += 1
        change.bytes += download.file_size
    return [
        (level.model._meta.db_table, key, change.n, change.bytes)
        for level in LEVELS
        for key, change in sorted(_sums(level, counted).items())
    ]


def stored_cells() -> list[Counted]:
    """All levels as they are kept, in the order of :func:`recount`."""
    return [
        (level.model._meta.db_table, *row)
        for level in LEVELS
        for row in sorted(
            (_as_key(values[:-2]), *values[-2:])
            for values in level.model._default_manager.values_list(*level.columns, "n", "bytes")
        )
    ]


def repair() -> int:
    """Put the recounted cells in place of the kept ones; returns how many were wrong."""
    right, kept = recount(), stored_cells()
    if right == kept:
        return 0
    with connection.cursor() as cursor:
        for level in LEVELS:
            table = level.model._meta.db_table
            level.model._default_manager.all().delete()
            rows = [(*key, n, size) for name, key, n, size in right if name == table]
            if rows:
                cursor.executemany(level.upsert, rows)
    return len(set(right) ^ set(kept))


def _as_key(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row's values as a cell holds them: days are texts."""
    return tuple(value.isoformat() if isinstance(value, date) else value for value in values)


def _sums(level: _Level, changes: Mapping[Cell, _Change]) -> dict[tuple[Any, ...], _Change]:
    """The changes of many cells as a level's rows."""
    sums: defaultdict[tuple[Any, ...], _Change] = defaultdict(_Change)
    for cell, change in changes.items():
        row = sums[level.key_of(cell)]
        row.n += change.n
        row.bytes += change.bytes
    return sums
