"""A search of the log is exact, looks through the lines once, and then only at new ones."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mediadl.clock import clock_set_to
from mediadl.logs import searching
from mediadl.logs.records import LogRecord
from mediadl.logs.selectors import LogFilters, list_logs
from mediadl.logs.services import clear_logs
from mediadl.logs.storing import insert_rows

START = datetime(2025, 10, 13, 8, tzinfo=UTC)
FOUND = LogFilters(search="needle")

pytestmark = pytest.mark.django_db


def add(count: int, message: str = "a needle here", start: int = 0) -> None:
    insert_rows(
        [
            LogRecord(START + timedelta(minutes=n), "INFO", "Web", f"{message} {n}", {"n": n})
            for n in range(start, start + count)
        ]
    )


def numbers(page: int = 1, limit: int = 1000, filters: LogFilters = FOUND) -> list[int]:
    return [row["metadata"]["n"] for row in list_logs(filters, page=page, limit=limit).rows]


@pytest.fixture(params=[5000, 3], ids=["few", "many"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the matches are few enough to be remembered one by one."""
    monkeypatch.setattr(searching, "FEW", request.param)


def test_pages_are_the_same_by_both_ways(many: None):
    add(5, "hay")
    add(12, start=5)
    expected = list(range(16, 4, -1))
    assert numbers() == expected
    assert [numbers(page, 5) for page in (1, 2, 3, 4)] == [expected[:5], expected[5:10], expected[10:], []]
    assert list_logs(FOUND, page=1, limit=5).filtered == 12
    assert list_logs(FOUND, page=1, limit=5).total == 17


def test_new_lines_are_found_and_nothing_old_is_looked_at_again(many: None):
    add(6)
    assert len(numbers()) == 6
    add(2, start=6)
    add(1, "hay", start=20)
    with CaptureQueriesContext(connection) as queries:
        assert list_logs(FOUND, page=1, limit=2).filtered == 8
    looking = [q["sql"] for q in queries.captured_queries if "LIKE" in q["sql"] and "LIMIT 2" not in q["sql"]]
    assert all('"id" > ' in sql for sql in looking), looking
    assert numbers() == list(range(7, -1, -1))


def test_deleted_lines_are_found_no_more(many: None):
    add(4)
    add(4, start=3 * 24 * 60)
    assert len(numbers()) == 8
    with clock_set_to(lambda: START + timedelta(days=3)):
        clear_logs(older_than_days=1)
    assert numbers() == [4323, 4322, 4321, 4320]


def test_other_filters_narrow_a_search(many: None):
    add(8)
    assert numbers(filters=LogFilters(search="NEEDLE", date_from=START + timedelta(minutes=5))) == [7, 6, 5]
    assert numbers(filters=LogFilters(search="needle", level="ERROR")) == []


@pytest.mark.parametrize("search", [None, "needle"])
def test_the_last_page_is_read_from_the_near_end(search: str | None):
    add(30)
    filters = LogFilters(search=search)
    assert numbers(3, 12, filters) == [5, 4, 3, 2, 1, 0]
    assert numbers(2, 20, filters) == list(range(9, -1, -1))
