"""The overview and the timelines equal what the records say."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl.clock import clock_set_to
from mediadl.stats.selectors import overview
from mediadl.stats.timelines import Bucket, Period, timeline
from tests.unit.ui.rows import make_download

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 10, 15, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _time_stands_still():
    with clock_set_to(lambda: NOW):
        yield


def test_windows_end_today_and_rates_have_one_decimal():
    for back in (0, 0, 6, 7, 29, 30):
        make_download(download_date=NOW - timedelta(days=back))
    make_download(status="failed")
    shown = overview()
    assert shown["downloads"] == {"today": 3, "week": 4, "month": 6, "total": 7}  # the failed one too
    assert shown["success_rate"]["today"] == 66.7
    assert shown["storage"]["used_bytes"] == 6000
    assert shown["storage"]["limit_bytes"] is None


@pytest.mark.parametrize(
    ("period", "bucket", "rows", "first"),
    [
        (Period.DAY, Bucket.HOUR, 13, "2025-10-15T00:00:00Z"),
        (Period.WEEK, Bucket.DAY, 7, "2025-10-09T00:00:00Z"),
        (Period.MONTH, Bucket.WEEK, 5, "2025-09-15T00:00:00Z"),
        (Period.YEAR, Bucket.MONTH, 13, "2024-10-01T00:00:00Z"),
    ],
)
def test_timelines_are_filled_with_zeros_up_to_now(period, bucket, rows, first):
    found = timeline(period, bucket)
    assert len(found) == rows
    assert found[0] == {"timestamp": first, "downloads": 0, "success": 0, "failed": 0}


@pytest.mark.parametrize("bucket", list(Bucket))
def test_every_download_is_in_exactly_one_bucket(bucket):
    for back in range(0, 28, 3):
        make_download(download_date=NOW - timedelta(days=back, minutes=back))
    make_download(status="failed", download_date=NOW - timedelta(days=2))
    rows = timeline(Period.MONTH, bucket)
    assert sum(row["success"] for row in rows) == 10
    assert sum(row["failed"] for row in rows) == 1
    assert all(row["downloads"] == row["success"] + row["failed"] for row in rows)
