"""What the dashboard reads of the library."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from downloads.models import CubeCell, Download
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
    cells = CubeCell.objects.filter(platform=platform, source=source, status="completed")
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
