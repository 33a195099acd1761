"""When schedules are due, over clock changes too, and how a person would say them."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest

from scheduler.cron import ScheduleError, due_times, fields_of, in_words, next_due

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def due_between(schedule: str, start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    return list(takewhile(lambda moment: moment <= end, due_times(schedule, start, zone)))


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("0 */4 * * *", "Every 4 hours"),
        ("0 * * * *", "Every hour"),
        ("@hourly", "Every hour"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("30 2 * * *", "Every day at 02:30"),
        ("0 22 * * *", "Every day at 22:00"),
        ("@daily", "Every day at 00:00"),
        ("30 6,18 * * *", "Every day at 06:30 and 18:30"),
        ("0 3 * * 1-5", "On weekdays at 03:00"),
        ("0 3 * * 1", "At 03:00, only on Monday"),
    ],
)
def test_says_a_schedule_in_words(schedule: str, words: str):
    assert in_words(schedule) == words


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "0 0 30 2 *",
        "0 0 31 4,6 *",
        "@fortnightly",
        "a b c d e",
        "0 0 * * 8",
        "* " * 99,
    ],
)
def test_refuses_what_is_no_schedule_or_never_due(schedule: str):
    with pytest.raises(ScheduleError):
        fields_of(schedule)


def test_names_and_words_are_schedules():
    assert next_due("0 6 * jan mon", utc(2026, 1, 1), ZoneInfo("UTC")) == utc(2026, 1, 5, 6)
    assert next_due("@daily", utc(2026, 1, 1, 5), ZoneInfo("UTC")) == utc(2026, 1, 2)


def test_a_schedule_follows_the_zone_and_not_utc():
    assert next_due("0 6 * * *", utc(2026, 1, 1), BERLIN) == utc(2026, 1, 1, 5)
    assert next_due("0 6 * * *", utc(2026, 7, 1), BERLIN) == utc(2026, 7, 1, 4)


@pytest.mark.parametrize(
    ("zone", "schedule", "day", "expected"),
    [
        # Clocks go forward: 02:30 does not exist and is due at the end of the gap, once.
        (BERLIN, "30 2 * * *", (2026, 3, 29), [utc(2026, 3, 29, 1, 0)]),
        (NEW_YORK, "30 2 * * *", (2026, 3, 8), [utc(2026, 3, 8, 7, 0)]),
        (LORD_HOWE, "15 2 * * *", (2026, 10, 4), [utc(2026, 10, 3, 15, 30)]),
        # Clocks go back: 02:30 comes twice and is due the first time, once.
        (BERLIN, "30 2 * * *", (2026, 10, 25), [utc(2026, 10, 25, 0, 30)]),
        (NEW_YORK, "30 1 * * *", (2026, 11, 1), [utc(2026, 11, 1, 5, 30)]),
    ],
)
def test_a_time_in_a_clock_change_is_due_once(zone: ZoneInfo, schedule: str, day: tuple, expected: list[datetime]):
    start = datetime(*day, tzinfo=zone).astimezone(UTC) - timedelta(seconds=1)
    end = (datetime(*day, tzinfo=zone) + timedelta(days=1)).astimezone(UTC) - timedelta(seconds=1)

    assert due_between(schedule, start, end, zone) == expected


def test_times_in_the_gap_fall_together_with_the_time_at_its_end():
    due = due_between("*/30 * * * *", utc(2026, 3, 29, 0, 15), utc(2026, 3, 29, 2, 0), BERLIN)

    assert due == [utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 1, 0), utc(2026, 3, 29, 1, 30), utc(2026, 3, 29, 2, 0)]


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE])
@pytest.mark.parametrize("schedule", ["0 */4 * * *", "30 2 * * *", "*/20 1-3 * * *", "0 0 1 * *", "15 12 * * mon-fri"])
def test_every_wall_clock_time_of_a_year_is_due_exactly_once(zone: ZoneInfo, schedule: str):
    year = due_between(schedule, utc(2025, 12, 31, 23), utc(2026, 12, 31, 23), zone)

    assert year == sorted(set(year))
    walls = [moment.astimezone(zone).strftime("%m-%d %H:%M") for moment in year]
    assert len(set(walls)) == len(walls)
    # Starting anywhere gives the same times: no due time depends on when somebody looked.
    for position in range(0, len(year) - 1, 97):
        assert next_due(schedule, year[position], zone) == year[position + 1]
        assert next_due(schedule, year[position + 1] - timedelta(seconds=1), zone) == year[position + 1]
