"""Downloads over time in UTC buckets, zeros included (spec: GET /stats/timeline)."""

from collections import Counter
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


_STEP = {Bucket.HOUR: timedelta(hours=1), Bucket.DAY: timedelta(days=1), Bucket.WEEK: timedelta(days=7)}


def _starts(first: datetime, last: datetime, bucket: Bucket) -> list[datetime]:
    """The starts of all buckets from the one that holds ``first`` to the one that holds ``last``."""
    start = _START_OF[bucket](first)
    if bucket is not Bucket.MONTH:
        return [start + _STEP[bucket] * number for number in range((last - start) // _STEP[bucket] + 1)]
    starts = []
    while start <= last:
        starts.append(start)
        start = _midnight((start.date() + timedelta(days=32)).replace(day=1))
    return starts


def _counts_since(first: datetime, bucket: Bucket) -> list[tuple[datetime, int, int]]:
    """The starts of buckets with their completed and failed downloads, from the cube's hours."""
    columns = ("day", "hour") if bucket is Bucket.HOUR else ("day",)
    completed, failed = Q(status="completed"), Q(status="failed")
    counts = (
        CubeHour.objects.filter(day__gte=first.date())
        .values_list(*columns)
        .annotate(done=Sum("n", filter=completed, default=0), bad=Sum("n", filter=failed, default=0))
    )
    if bucket is Bucket.HOUR:  # thousands: as short as can be
        return [(datetime(day.year, day.month, day.day, hour, tzinfo=UTC), n, bad) for day, hour, n, bad in counts]
    return [(_START_OF[bucket](_midnight(day)), done, bad) for day, done, bad in counts]


def rows(period: Period, bucket: Bucket) -> list[Row]:
    """One row a bucket from the first that touches the period to the present one."""
    now = clock.now()
    first_day = _midnight(now.date()) - timedelta(days=_DAYS[period] - 1)
    done: Counter[datetime] = Counter()
    failed: Counter[datetime] = Counter()
    for start, success, failures in _counts_since(first_day, bucket):
        done[start] += success
        failed[start] += failures
    return [Row(start, done[start], failed[start]) for start in _starts(first_day, now, bucket)]


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
