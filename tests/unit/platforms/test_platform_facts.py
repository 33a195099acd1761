"""The list of platforms tells of stored files and of the hour's budget."""

from datetime import UTC, datetime, timedelta

import pytest

from downloads.models import Download
from mediadl.clock import clock_set_to
from mediadl.configuration import services as settings_services
from platforms.selectors import list_platforms
from queue_app.blocks import budget_key
from queue_app.models import Budget

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 10, 13, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def still_clock():
    with clock_set_to(lambda: NOW):
        yield


def row(name: str) -> dict:
    return next(one for one in list_platforms() if one["name"] == name)


def store(media_id: str, when: datetime, status: str, platform: str = "web"):
    from downloads.models import MediaRoot, StoredFile

    root, _ = MediaRoot.objects.get_or_create(path="/media")
    file = StoredFile.objects.create(root=root, path=media_id, sha256="0" * 64, size=1, created_at=when)
    is_stored = status == "completed"
    Download.objects.create(
        url="https://e.org/", url_hash="0" * 64, platform=platform, downloader="page", collection=platform,
        source="e.org", content_type="image", media_id=media_id, download_date=when, status=status,
        file=file if is_stored else None, filename=media_id if is_stored else None,
    )  # fmt: skip


def test_the_newest_completed_download_counts():
    store("a", NOW - timedelta(hours=3), "completed")
    store("b", NOW - timedelta(hours=2), "completed")
    store("c", NOW - timedelta(hours=1), "failed")
    assert row("web")["last_successful_download"] == "2025-10-13T10:00:00Z"
    assert row("tiktok")["last_successful_download"] is None


def test_what_is_left_of_the_hour():
    settings_services.change({"platforms": {"instagram": {"toolzu": {"rate_limit_per_hour": 0}}}}, user=None)
    assert row("instagram")["downloaders"][0]["rate_limit"] == {"limit": 100, "remaining": 100, "reset": None}
    Budget.objects.create(key=budget_key("instagram", "fastdl"), window_started_at=NOW - timedelta(minutes=20), used=70)
    expected = {"limit": 100, "remaining": 30, "reset": "2025-10-13T12:40:00Z"}
    assert row("instagram")["downloaders"][0]["rate_limit"] == expected
    assert row("instagram")["rate_limit"] == expected
    assert row("instagram")["downloaders"][1]["rate_limit"] is None


def test_an_hour_that_is_over_counts_no_more():
    Budget.objects.create(key=budget_key("instagram", "fastdl"), window_started_at=NOW - timedelta(minutes=61), used=70)
    assert row("instagram")["downloaders"][0]["rate_limit"]["remaining"] == 100
