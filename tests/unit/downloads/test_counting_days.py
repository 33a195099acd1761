"""Totals between two days are exact, whatever months they begin and end in."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from downloads.models import Download
from downloads.selectors import DownloadFilters, list_downloads
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db
FIRST = datetime(2024, 12, 20, 13, tzinfo=UTC)
DAYS = (None, "2024-12-20", "2024-12-31", "2025-01-01", "2025-01-31", "2025-02-01", "2025-02-17", "2025-03-31")
FILTERS = ({}, {"status": "failed"}, {"source": "a"}, {"source": "b", "upgraded": True}, {"kept": False})


@pytest.fixture
def library() -> None:
    """A hundred days from December to March, some of each kind."""
    add_downloads(
        300,
        download_date=lambda n: FIRST + timedelta(hours=8 * n),
        source=lambda n: "abc"[n % 3],
        status=lambda n: "failed" if n % 7 == 0 else "completed",
        upgraded=lambda n: n % 5 == 0,
        kept=lambda n: n % 11 == 0,
    )


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_they_equal_a_slow_count(library: None, filters: dict[str, object]):
    rows = [(row.download_date.date(), row) for row in Download.objects.all()]
    for first, last in product(map(day, DAYS), map(day, DAYS)):
        if first and last and first > last:
            continue
        expected = [
            row
            for at, row in rows
            if (first is None or at >= first)
            and (last is None or at <= last)
            and all(getattr(row, name) == value for name, value in filters.items())
        ]
        found = list_downloads(DownloadFilters(**filters, date_from=first, date_to=last), per_page=200)
        assert found.total == len(expected), (first, last)
        assert len(found.rows) == min(len(expected), 200)
