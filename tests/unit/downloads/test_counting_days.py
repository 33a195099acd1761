"""Totals between two days are exact, whatever months they begin and end in."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from downloads.cube import repair
from downloads.models import Download
from downloads.selectors import DownloadFilters, list_downloads, stats
from mediadl import clock
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


@pytest.mark.parametrize("period", [("month", 30), ("year", 365)])
@pytest.mark.parametrize("today", ["2025-03-01", "2025-03-12", "2025-03-20", "2025-03-31", "2025-12-24"])
def test_the_figures_of_a_month_and_a_year_are_exact_on_any_day(library: None, today: str, period: tuple[str, int]):
    name, days = period
    now = datetime.fromisoformat(f"{today}T12:00:00+00:00")
    first = now.date() - timedelta(days=days - 1)
    Download.objects.filter(download_date__gt=now).delete()
    repair()
    rows = [row for row in Download.objects.all() if row.download_date.date() >= first]
    with clock.clock_set_to(lambda: now):
        figures = stats(name)
    assert figures["total_downloads"] == len(rows)
    assert figures["total_size_bytes"] == sum(row.file_size for row in rows)
    assert figures["by_source"] == Counter(row.source for row in rows)
    assert figures["by_content_type"] == Counter(row.content_type for row in rows)


@pytest.mark.parametrize(
    ("first", "last"), [("9999-12-31", None), (None, "9999-12-31"), ("0001-01-01", "0001-01-01"), ("9999-12-02", None)]
)
@pytest.mark.parametrize("source", [None, "a"])
def test_the_first_and_last_days_there_are_can_be_asked_for(
    library: None, first: str | None, last: str | None, source: str | None
):
    found = list_downloads(DownloadFilters(source=source, date_from=day(first), date_to=day(last)))
    assert found.total == (0 if first else Download.objects.filter(**({"source": source} if source else {})).count())
    assert bool(found.rows) == bool(found.total)
