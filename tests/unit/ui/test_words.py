"""Figures, sizes and times as a person reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl.ui import words

NOW = datetime(2025, 10, 13, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (90_112, "88 KB"),
        (2_411_725, "2.3 MB"),
        (45_678_901_234, "42.5 GB"),
        (536_870_912_000, "500 GB"),
    ],
)
def test_sizes_go_in_steps_of_1024(value, shown):
    assert words.size(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (45, "45 s"), (60, "1 min"), (172, "2 min 52 s"), (9900, "2 h 45 min"), (5 * 86_400, "5 days")],
)
def test_durations_name_at_most_two_units(seconds, shown):
    assert words.duration(seconds) == shown


@pytest.mark.parametrize(("seconds", "shown"), [(45, "45 s"), (120, "2 min"), (5400, "2 h"), (3 * 86_400, "3 days")])
def test_what_is_left_has_one_unit(seconds, shown):
    assert words.about(seconds) == shown


@pytest.mark.parametrize(
    ("back", "shown"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(days=12), "1 Oct"),
        (timedelta(days=400), "8 Sep 2024"),
        (timedelta(minutes=-14), "in 14 min"),
    ],
)
def test_times_are_relative_and_become_dates(back, shown):
    assert words.ago(NOW - back, NOW) == shown


def test_a_time_of_last_night_is_told_in_hours_or_as_yesterday():
    assert words.ago(NOW - timedelta(hours=20), NOW) == "yesterday"


def test_a_long_name_keeps_its_end_and_extension():
    start, end = words.name_parts("A-walk-through-the-old-town-on-a-winter-morning-88213.jpg")
    assert (start + end).startswith("A-walk")
    assert end.endswith("88213.jpg")
    assert words.name_parts("short.jpg") == ("short.jpg", "")


def test_clip_lengths_are_written_as_on_players():
    assert [words.clip_length(s) for s in (24, 68, 3723)] == ["0:24", "1:08", "1:02:03"]


def test_days_are_named():
    assert words.day_heading(NOW, NOW) == "Today"
    assert words.day_heading(NOW - timedelta(days=1), NOW) == "Yesterday"
    assert words.day_heading(NOW - timedelta(days=7), NOW) == "Monday 6 October"
    assert words.day_heading(NOW - timedelta(days=365), NOW) == "13 October 2024"


def test_counts_agree_with_their_noun():
    assert (words.count(1, "file"), words.count(2707, "file"), words.count(0, "box", "boxes")) == (
        "1 file",
        "2,707 files",
        "0 boxes",
    )
