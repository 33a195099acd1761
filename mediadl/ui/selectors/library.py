"""What the dashboard reads of the library."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from downloads.models import CubeTotal, Download
from downloads.selectors import DownloadFilters, list_downloads


@dataclass(frozen=True, slots=True)
class Known:
    """What our records tell of a source."""

    files: int
    last_seen: datetime | None
    newest_id: int | None


def newest(limit: int) -> list[dict[str, Any]]:
    """The newest stored files, in the API's shape."""
    return list_downloads(DownloadFilters(status="completed"), per_page=limit).rows


def known_of(platform: str, source: str) -> Known:
    """How many files of this source are here, and when the last one came."""
    cells = CubeTotal.objects.filter(platform=platform, source=source, status="completed")
    files = cells.aggregate(n=Sum("n", default=0))["n"]
    if not files:
        return Known(0, None, None)
    mine = Download.objects.filter(platform=platform, source=source)
    last_seen = mine.aggregate(last=Max("download_date"))["last"]
    pictured = mine.filter(has_thumbnail=True).order_by("-download_date", "-id")
    return Known(files, last_seen, pictured.values_list("id", flat=True).first())


def failed_lately(since: datetime) -> dict[str, int]:
    """Failed downloads since then, by error code."""
    rows = Download.objects.filter(status="failed", download_date__gte=since).values_list("error_code", flat=True)
    found: dict[str, int] = {}
    for code in rows[:10_000]:
        found[code] = found.get(code, 0) + 1
    return found


@dataclass(frozen=True, slots=True)
class Source:
    """A source so far: how much of it is here and its newest pictures."""

    platform: str
    name: str
    files: int
    last_seen: datetime | None
    picture_ids: list[int]


def sources(most: int, start: int = 0, search: str = "") -> list[Source]:
    """Sources with the most files first."""
    totals = CubeTotal.objects.filter(status="completed", n__gt=0)
    if search:
        totals = totals.filter(source__icontains=search)
    rows = totals.values_list("platform", "source").annotate(files=Sum("n")).order_by("-files", "source")
    return [_source(platform, name, files) for platform, name, files in rows[start : start + most]]


def source_count() -> int:
    """How many sources have files here."""
    totals = CubeTotal.objects.filter(status="completed", n__gt=0)
    return totals.values_list("platform", "source").distinct().count()


def _source(platform: str, name: str, files: int) -> Source:
    mine = Download.objects.filter(platform=platform, source=name).order_by("-download_date", "-id")
    newest_date = mine.values_list("download_date", flat=True).first()
    pictures = mine.filter(has_thumbnail=True).values_list("id", flat=True)[:3]
    return Source(platform, name, files, newest_date, list(pictures))
