"""Downloads over time in UTC buckets, zeros included (spec: GET /stats/timeline)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
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
    Bucket.DAY: lambda moment: _midnight(moment.date()),
    Bucket.WEEK: lambda moment: _midnight(moment.date() - timedelta(days=moment.weekday())),
    Bucket.MONTH: lambda moment: _midnight(moment.date().replace(day=1)),
}


_STEP = {Bucket.DAY: timedelta(days=1), Bucket.WEEK: timedelta(days=7)}


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
    """The starts of buckets with their completed and failed downloads, day by day from the cube's hours."""
    completed, failed = Q(status="completed"), Q(status="failed")
    days = (
        CubeHour.objects.filter(day__gte=first.date())
        .values_list("day")
        .annotate(done=Sum("n", filter=completed, default=0), bad=Sum("n", filter=failed, default=0))
    )
    return [(_START_OF[bucket](_midnight(day)), done, bad) for day, done, bad in days]


def rows(period: Period, bucket: Bucket) -> list[Row]:
    """One row a day, week or month from the first that touches the period to the present one."""
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
    if group_by is Bucket.HOUR:
        return _hours(period)
    return [_row_json(clock.isoformat_seconds(row.start), row.success, row.failed) for row in rows(period, group_by)]


def _hours(period: Period) -> list[dict[str, Any]]:
    """The same hour by hour: thousands of rows, so days stay as the database and JSON write them."""
    now = clock.now().astimezone(UTC)
    first_day = now.date() - timedelta(days=_DAYS[period] - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, hour, SUM(CASE WHEN status = 'completed' THEN n ELSE 0 END), "
            "SUM(CASE WHEN status = 'failed' THEN n ELSE 0 END) "
            "FROM downloads_cubehour WHERE day >= %s GROUP BY day, hour",
            [first_day.isoformat()],
        )
        counts = {(str(day), hour): (int(done), int(failed)) for day, hour, done, failed in cursor.fetchall()}
    days = [(first_day + timedelta(days=number)).isoformat() for number in range(_DAYS[period])]
    hours = [(day, hour) for day in days for hour in range(24)][: (_DAYS[period] - 1) * 24 + now.hour + 1]
    return [_row_json(f"{day}T{hour:02d}:00:00Z", *counts.get((day, hour), (0, 0))) for day, hour in hours]


def _row_json(timestamp: str, success: int, failed: int) -> dict[str, Any]:
    return {"timestamp": timestamp, "downloads": success + failed, "success": success, "failed": failed}
