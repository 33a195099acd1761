"""The form that starts a download: what is known of a profile while it is typed."""

import pytest

from mediadl.accounts.models import Role
from tests.unit.ui.rows import browser_as, make_download

pytestmark = pytest.mark.django_db
KNOWN = "/platforms/instagram/known"


def test_a_profile_that_is_known_shows_its_files_while_it_is_typed():
    for _ in range(2):
        made = make_download(platform="instagram", source="savanna.daily")
    make_download(platform="tiktok", source="savanna.daily")
    browser = browser_as(Role.USER)
    assert f'hx-get="{KNOWN}"' in browser.get("/platforms?start=instagram").content.decode()
    for typed in ("savanna.daily", " @savanna.daily"):
        shown = browser.get(KNOWN, {"source": typed}).content.decode()
        assert "2 files here, last seen" in shown
        assert f"/{made.pk}/" in shown  # its newest picture


@pytest.mark.parametrize("typed", ["", "nobody.yet", "not a name", "<b>"])
def test_what_is_new_or_no_name_yet_shows_nothing(typed):
    answer = browser_as(Role.USER).get(KNOWN, {"source": typed})
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_only_who_may_start_downloads_is_told_and_only_of_platforms_that_exist():
    assert browser_as(Role.VIEWER).get(KNOWN, {"source": "a"}).status_code == 403
    assert browser_as(Role.USER).get("/platforms/nowhere/known", {"source": "a"}).status_code == 422


def test_every_platform_shows_its_downloaders_also_without_a_budget():
    page = browser_as(Role.VIEWER).get("/platforms").content.decode()
    panels = {part.partition('"')[0]: part for part in page.split('aria-labelledby="platform-')[1:]}
    assert "<h3>yt-dlp</h3>" in panels["tiktok"]
    for panel in ("tiktok", "forum", "web"):
        assert 'class="downloader"' in panels[panel]
        assert "No hourly limit" in panels[panel]
