"""The figures of ``GET /downloads/stats`` equal a slow recount."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from downloads.models import Download
from downloads.selectors import stats
from mediadl import clock
from tests.unit.downloads.library import START, add_downloads

pytestmark = pytest.mark.django_db
NOW = START + timedelta(days=40)


@pytest.fixture(autouse=True)
def held_clock():
    """Today is the fortieth day."""
    with clock.clock_set_to(lambda: NOW):
        yield


@pytest.fixture
def library():
    """Downloads over forty days, some failed, of two collections and three sources."""
    add_downloads(
        960,
        collection=lambda n: "fastdl" if n % 3 else "toolzu",
        source=lambda n: "abc"[n % 3],
        content_type=lambda n: "post" if n % 5 else "story",
        status=lambda n: "completed" if n % 7 else "failed",
    )


@pytest.mark.parametrize(("period", "days"), [("today", 1), ("week", 7), ("month", 30), ("year", 365), ("all", 9999)])
def test_figures_equal_a_recount(library, period, days):
    first = NOW.date() - timedelta(days=days - 1)
    rows = [row for row in Download.objects.all() if row.download_date.date() >= first]
    done = [row for row in rows if row.status == "completed"]
    figures = stats(period)
    assert figures["total_downloads"] == len(rows)
    assert (figures["completed"], figures["failed"]) == (len(done), len(rows) - len(done))
    assert figures["success_rate"] == round(100 * len(done) / len(rows), 1)
    assert figures["total_size_bytes"] == sum(row.file_size for row in rows)
    assert figures["by_platform"] == Counter(row.collection for row in rows)
    assert figures["by_source"] == Counter(row.source for row in rows)
    assert figures["by_content_type"] == Counter(row.content_type for row in rows)
    counted = Counter(row.download_date.date().isoformat() for row in rows)
    assert {row["date"]: row["count"] for row in figures["timeline"] if row["count"]} == counted


@pytest.mark.parametrize(("period", "rows"), [("today", 1), ("week", 7), ("month", 30), ("year", 365), ("all", 41)])
def test_the_timeline_has_every_day_up_to_today(library, period, rows):
    timeline = stats(period)["timeline"]
    assert len(timeline) == rows
    assert timeline[-1]["date"] == NOW.date().isoformat()
    days = [datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) for row in timeline]
    assert all(after - before == timedelta(days=1) for before, after in itertools.pairwise(days))


def test_a_long_history_shows_its_last_366_days():
    add_downloads(2, download_date=lambda n: NOW - timedelta(days=n * 500))
    assert len(stats()["timeline"]) == 366


def test_an_empty_library_has_figures_too():
    figures = stats()
    assert (figures["total_downloads"], figures["success_rate"], figures["timeline"]) == (0, 0.0, [])


def test_one_group_leaves_the_others_out(library):
    figures = stats("all", "source")
    assert "by_source" in figures
    assert "by_platform" not in figures
