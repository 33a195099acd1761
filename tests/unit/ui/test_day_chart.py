"""The chart's columns: places in percent, round lines, words for each."""

from datetime import timedelta

import pytest

from mediadl import clock
from mediadl.ui.presenters.day_chart import chart
from tests.unit.ui.rows import make_download

pytestmark = pytest.mark.django_db


def test_an_empty_archive_has_columns_without_height():
    shown = chart("week")
    assert len(shown.columns) == 7
    assert {column.height for column in shown.columns} == {0}
    assert shown.columns[-1].words == "Nothing"


def test_the_middle_line_is_round_and_two_of_it_cover_the_highest_bar():
    for _ in range(7):
        make_download()
    make_download(status="failed")
    shown = chart("month")
    assert shown.ticks == [0, 4, 8]
    today = shown.columns[-1]
    assert today.label == "Today"
    assert today.words == "7 done, 1 failed"
    assert today.height == pytest.approx(87.5)
    assert today.failed_height == pytest.approx(12.5)
    assert today.failed_y >= 0 - 1


def test_a_single_failure_among_many_can_still_be_seen():
    for _ in range(60):
        make_download(download_date=clock.now() - timedelta(days=2))
    make_download(status="failed")
    assert chart("week").columns[-1].failed_height >= 2.5


def test_a_year_is_shown_in_weeks_and_at_most_five_or_six_labels():
    shown = chart("year")
    assert 52 <= len(shown.columns) <= 54
    assert 4 <= sum(bool(column.label) for column in shown.columns) <= 6
    assert chart("nonsense").period == "month"
