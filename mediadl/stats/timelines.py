"""Downloads over time in UTC buckets, zeros included (spec: GET /stats/timeline)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q, Sum

from downloads.models import CubeHour
from mediadl import clock


class Period(StrEnum):
    """How far back a timeline goes; today is its last day."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Bucket(StrEnum):
    """How long one row of a timeline lasts."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30, Period.YEAR: 365}


@dataclass(frozen=True, slots=True)
class Row:
    """What one bucket holds."""

    start: datetime
    success: int
    failed: int


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


_START_OF: dict[Bucket, Callable[[datetime], datetime]] = {
    Bucket.HOUR: lambda moment: moment.replace(minute=0, second=0, microsecond=0),
    Bucket.DAY: lambda moment: _midnight(moment.date()),
    Bucket.WEEK: lambda moment: _midnight(moment.date() - timedelta(days=moment.weekday())),
    Bucket.MONTH: lambda moment: _midnight(moment.date().replace(day=1)),
}


def _next_start(start: datetime, bucket: Bucket) -> datetime:
    if bucket is Bucket.MONTH:
        return _midnight((start.date().replace(day=1) + timedelta(days=32)).replace(day=1))
    return start + {Bucket.HOUR: timedelta(hours=1), Bucket.DAY: timedelta(days=1)}.get(bucket, timedelta(days=7))


def _counts_since(first: datetime, bucket: Bucket) -> list[tuple[datetime, int, int]]:
    """Moments with their completed and failed downloads, from the cube's hours."""
    columns = ("day", "hour") if bucket is Bucket.HOUR else ("day",)
    counts = (
        CubeHour.objects.filter(day__gte=first.date())
        .values_list(*columns)
        .annotate(
            done=Sum("n", filter=Q(status="completed"), default=0), bad=Sum("n", filter=Q(status="failed"), default=0)
        )
    )
    return [(_midnight(day) + timedelta(hours=sum(hour)), done, bad) for day, *hour, done, bad in counts]


def rows(period: Period, bucket: Bucket) -> list[Row]:
    """One row a bucket from the first that touches the period to the present one."""
    now = clock.now()
    first_day = _midnight(now.date()) - timedelta(days=_DAYS[period] - 1)
    start = _START_OF[bucket](first_day)
    totals: dict[datetime, list[int]] = {}
    while start <= now:
        totals[start] = [0, 0]
        start = _next_start(start, bucket)
    for moment, done, failed in _counts_since(first_day, bucket):
        total = totals.get(_START_OF[bucket](moment))
        if total is not None:
            total[0] += done
            total[1] += failed
    return [Row(at, done, failed) for at, (done, failed) in totals.items()]


def timeline(period: Period = Period.WEEK, group_by: Bucket = Bucket.DAY) -> list[dict[str, Any]]:
    """What ``GET /stats/timeline`` answers."""
    return [
        {
            "timestamp": clock.isoformat_seconds(row.start),
            "downloads": row.success + row.failed,
            "success": row.success,
            "failed": row.failed,
        }
        for row in rows(period, group_by)
    ]
