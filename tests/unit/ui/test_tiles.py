"""Tiles keep a picture's shape within bounds, and days have their own figures."""

from datetime import timedelta

import pytest

from downloads.selectors import DownloadFilters, list_downloads
from mediadl import clock
from mediadl.ui.presenters.days import days_of
from mediadl.ui.presenters.tiles import tiles_of
from tests.unit.ui.rows import make_download

pytestmark = pytest.mark.django_db


def _tiles():
    return tiles_of(list_downloads().rows)


@pytest.mark.parametrize(("width", "height", "ratio"), [(640, 480, 4 / 3), (9000, 300, 2.6), (200, 4000, 0.5)])
def test_panoramas_and_long_strips_are_cropped(width, height, ratio):
    make_download(width=width, height=height)
    tile = _tiles()[0]
    assert tile.width / tile.height == pytest.approx(ratio, rel=0.01)


def test_badges_tell_length_and_what_it_was_upgraded_to():
    make_download(media_type="video", duration_seconds=68.2, upgraded=True, width=1440, height=1920)
    tile = _tiles()[0]
    assert (tile.length, tile.upgraded) == ("1:08", 1920)


def test_a_failed_one_has_no_picture_and_its_cause_as_name():
    make_download(status="failed")
    tile = _tiles()[0]
    assert (tile.picture, tile.name) == ("", "The site answered 404.")


def test_tiles_are_grouped_by_day_with_the_days_own_sums():
    now = clock.now()
    for back in (0, 0, 1):
        make_download(download_date=now - timedelta(days=back))
    days = days_of(_tiles(), DownloadFilters())
    assert [(day.heading, day.files, day.size) for day in days] == [("Today", 2, 2000), ("Yesterday", 1, 1000)]
    assert not days[0].continues
    assert days_of(_tiles(), DownloadFilters(), after=now.date().isoformat())[0].continues


def test_a_search_has_no_sums_that_could_be_wrong():
    make_download()
    assert days_of(_tiles(), DownloadFilters(search="x"))[0].files == 0
