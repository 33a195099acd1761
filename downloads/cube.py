"""The counting cube: every change of a download changes its cell in the same transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Sum

from downloads.models import CubeCell, Download


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


_UPSERT = f"""
INSERT INTO downloads_cubecell ({", ".join(Cell._fields)}, n, bytes) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ({", ".join(Cell._fields)})
DO UPDATE SET n = downloads_cubecell.n + excluded.n, bytes = downloads_cubecell.bytes + excluded.bytes
"""  # noqa: S608 - column names of our own
_REMOVE_EMPTY = "DELETE FROM downloads_cubecell WHERE n = 0 AND " + " AND ".join(  # noqa: S608
    f"{name} = %s" for name in Cell._fields
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
        changed = sorted((cell, change) for cell, change in self._changes.items() if change.n or change.bytes)
        if not changed:
            return
        with connection.cursor() as cursor:
            cursor.executemany(_UPSERT, [(*cell, change.n, change.bytes) for cell, change in changed])
            smaller = [cell for cell, change in changed if change.n < 0]
            if smaller:
                cursor.executemany(_REMOVE_EMPTY, smaller)
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
    return int(CubeCell.objects.aggregate(total=Sum("bytes"))["total"] or 0)


def recount() -> list[tuple[Cell, int, int]]:
    """All cells counted anew from the downloads, slowly; for the doctor and for tests."""
    counted: defaultdict[Cell, _Change] = defaultdict(_Change)
    for download in Download.objects.only("download_date", "file_size", *Cell._fields[1:]).iterator():
        change = counted[cell_of(download)]
        change.n += 1
        change.bytes += download.file_size
    return sorted((cell, change.n, change.bytes) for cell, change in counted.items())


def stored_cells() -> list[tuple[Cell, int, int]]:
    """The cells as they are kept, in the order of :func:`recount`."""
    rows: Iterable[Mapping[str, Any]] = CubeCell.objects.values()
    return sorted(
        (Cell(row["day"].isoformat(), *(row[name] for name in Cell._fields[1:])), row["n"], row["bytes"])
        for row in rows
    )


def repair() -> int:
    """Put the recounted cells in place of the kept ones; returns how many cells were wrong."""
    right, kept = recount(), stored_cells()
    if right == kept:
        return 0
    CubeCell.objects.all().delete()
    CubeCell.objects.bulk_create(
        [
            CubeCell(**{**cell._asdict(), "day": datetime.fromisoformat(cell.day).date()}, n=n, bytes=size)
            for cell, n, size in right
        ]
    )
    return len(set(right) ^ set(kept))
