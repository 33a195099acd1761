"""Figures beside the filters, from the cube."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Sum

from downloads.models import AdoptedEntry, BinEntry, BinState, CubeCell, CubeMonth, CubeTotal, Tombstone
from downloads.selectors import DownloadFilters

MOST_SOURCES = 30


def sources_by_size(platform: str = "", most: int = MOST_SOURCES) -> list[tuple[str, int]]:
    """The sources with the most files, and how many each has."""
    cells = CubeTotal.objects.filter(status="completed")
    if platform:
        cells = cells.filter(platform=platform)
    return list(cells.values_list("source").annotate(total=Sum("n")).order_by("-total", "source")[:most])


def day_sums(days: Iterable[date], filters: DownloadFilters) -> dict[date, tuple[int, int]]:
    """Files and bytes of each of these days that match; empty where the cube cannot tell."""
    if not filters.in_cube:
        return {}
    cells = CubeCell.objects.filter(day__in=list(days), **filters.exact)
    rows = cells.values_list("day").annotate(files=Sum("n"), size=Sum("bytes"))
    return {day: (files, size) for day, files, size in rows if files}


def months(filters: DownloadFilters) -> list[date]:
    """The first days of the months that hold matching files, newest first; for the date scrubber."""
    cells = CubeMonth.objects.filter(n__gt=0, **filters.exact)
    return list(cells.order_by("-month").values_list("month", flat=True).distinct())


def forgotten_count() -> int:
    """How many items are known but not here: deleted on purpose, or named by an archive without a file."""
    return Tombstone.objects.count() + AdoptedEntry.objects.filter(download__isnull=True).count()


def binned_count() -> int:
    """How many files the recycle bin can give back."""
    return BinEntry.objects.exclude(state=BinState.RESTORING).count()
