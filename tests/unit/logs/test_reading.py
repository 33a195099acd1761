"""Counts of the log are exact for every filter, and old lines go."""

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from mediadl.clock import clock_set_to
from mediadl.logs import daily_files
from mediadl.logs.models import LogCount, LogRow
from mediadl.logs.records import LogRecord, text_line
from mediadl.logs.selectors import LogFilters, count, list_logs
from mediadl.logs.services import clear_logs
from mediadl.logs.storing import insert_rows

START = datetime(2025, 10, 13, 8, 20, tzinfo=UTC)
LEVELS = ("INFO", "WARNING", "ERROR")
MODULES = ("Queue", "Web", "Auth")

pytestmark = pytest.mark.django_db


def _lines(number: int = 90, step: timedelta = timedelta(minutes=7)) -> list[LogRecord]:
    return [
        LogRecord(START + i * step, LEVELS[i % 3], MODULES[i // 2 % 3], f"Line {i} 100%_done", {"i": i})
        for i in range(number)
    ]


TIMES = (None, START, START + timedelta(minutes=40), START + timedelta(hours=3, minutes=1), START + timedelta(hours=4))


@pytest.mark.parametrize(
    ("start", "end"), [pair for pair in product(TIMES, TIMES) if None in pair or pair[0] <= pair[1]]
)
def test_counts_are_exact_for_every_filter(start: datetime | None, end: datetime | None):
    lines = _lines()
    insert_rows(lines)
    for level, module in product((None, "INFO", "DEBUG"), (None, "Queue", "Settings")):
        expected = [
            line
            for line in lines
            if level in {None, line.level}
            and module in {None, line.module}
            and (start is None or line.timestamp >= start)
            and (end is None or line.timestamp <= end)
        ]
        filters = LogFilters(level=level, module=module, date_from=start, date_to=end)
        assert count(filters) == len(expected)
        page = list_logs(filters, page=1, limit=1000)
        assert [row["metadata"]["i"] for row in page.rows] == [line.metadata["i"] for line in reversed(expected)]
        assert (page.total, page.filtered) == (len(lines), len(expected))


def test_search_ignores_case_and_takes_wildcards_literally():
    insert_rows(_lines(30))
    assert count(LogFilters(search="LINE 1")) == 11
    assert count(LogFilters(search="100%_d")) == 30
    assert count(LogFilters(search="%_%_%")) == 0
    assert count(LogFilters(search="line", level="INFO", module="Queue", date_to=START)) == 1


def test_pages_go_on_where_the_last_one_ended():
    insert_rows(_lines(25))
    pages = [list_logs(LogFilters(), page=number, limit=10) for number in (1, 2, 3, 4)]
    shown = [row["metadata"]["i"] for page in pages for row in page.rows]
    assert shown == list(range(24, -1, -1))
    assert pages[3].filtered == 25


def test_clearing_deletes_files_and_rows_of_older_days(tmp_path: Path, settings):
    settings.LOGS_DIR = tmp_path
    lines = _lines(10, timedelta(days=1))
    insert_rows(lines)
    daily_files.append(tmp_path, lines)
    (tmp_path / "processes.log").write_text("not a daily file")
    with clock_set_to(lambda: START + timedelta(days=9)):
        cleared = clear_logs(older_than_days=4)
    assert (cleared.files, cleared.rows) == (5, 5)
    assert cleared.bytes > 0
    assert LogRow.objects.count() == count(LogFilters()) == 5
    assert LogCount.objects.count() == 5
    kept = [file.day for file in daily_files.daily_files(tmp_path)]
    assert kept == [(START + timedelta(days=n)).date() for n in range(5, 10)]
    assert (tmp_path / "processes.log").exists()


def test_text_for_people_is_one_line_that_cannot_be_forged():
    line = {
        "timestamp": "2025-10-13T08:20:00.000Z",
        "level": "INFO",
        "module": "Web",
        "message": "Title\n2025-10-13T08:20:00.000Z ERROR System forged \x1b[31m",
        "metadata": {"name": "two words", "n": 3, "exception": "Traceback\n  last line"},
    }
    text = text_line(line)
    assert text.splitlines()[1:] == ["    Traceback", "      last line"]
    assert "\\x0a" in text
    assert "\\x1b[31m" in text
    assert text.splitlines()[0].endswith('name="two words" n=3')
