"""A known small picture is fetched once more from the larger source, through the whole engine."""

from pathlib import Path

import pytest

from downloads.models import Download, UpgradeCase
from queue_app.models import QueueItem
from tests.fakes.media_server import MediaServer
from tests.unit.downloads.upgrade.albums import content, jpeg, look_at_all
from tests.unit.downloads.upgrade.conftest import ListedBy
from tests.unit.downloads.upgrade.pairs import drawn_scene
from tests.unit.queue_app.building import change_settings, drain, enqueue, fresh, media

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
PROFILE = "https://www.instagram.com/evalongoria/"
SCENE = drawn_scene(7)
SMALL, LARGE = jpeg(SCENE, 400, 80), jpeg(SCENE, 900)
Adapters = dict[str, ListedBy]


def run(downloader: str) -> QueueItem:
    """Fetch the profile with one downloader."""
    item = enqueue(PROFILE, platform="instagram", source="evalongoria", content_type="posts", downloader=downloader)
    drain()
    return fresh(item)


@pytest.fixture
def server(instagram: Adapters) -> MediaServer:
    """One post, small at one downloader and large at the other, under the same id."""
    with MediaServer({"/small.jpg": SMALL, "/large.jpg": LARGE}) as server:
        instagram["fastdl"].items = [media("31", server.url_of("/small.jpg"))]
        instagram["toolzu"].items = [media("31", server.url_of("/large.jpg"))]
        yield server


def test_a_known_small_picture_is_fetched_once_more_while_it_is_on(server: MediaServer, folder: Path):
    assert run("fastdl").items_downloaded == 1
    small = Download.objects.get()
    change_settings(platforms={"instagram": {"toolzu": {"auto_upgrade": False}}})
    assert run("toolzu").items_skipped == 1
    assert server.request_count("/large.jpg") == 0

    change_settings(platforms={"instagram": {"toolzu": {"auto_upgrade": True}}})
    assert run("toolzu").items_downloaded == 1
    look_at_all()
    now = Download.objects.get()
    assert (now.pk, now.media_id, now.upgraded, now.width) == (small.pk, "31", True, 900)
    assert content(now) == LARGE

    assert run("toolzu").items_skipped == 1  # and never again
    assert run("fastdl").items_skipped == 1
    assert server.request_count("/large.jpg", "GET") == 1


def test_a_copy_that_is_no_better_is_dropped_and_not_asked_for_again(
    server: MediaServer, folder: Path, instagram: Adapters
):
    server.add("/same.jpg", jpeg(SCENE, 400, 90))
    instagram["toolzu"].items = [media("31", server.url_of("/same.jpg"))]
    run("fastdl")
    run("toolzu")
    look_at_all()
    assert Download.objects.get().upgraded is False
    assert content(Download.objects.get()) == SMALL
    assert not UpgradeCase.objects.exists()
    run("toolzu")
    assert server.request_count("/same.jpg", "GET") == 1


def test_the_same_picture_under_another_id_is_found_by_its_looks(
    server: MediaServer, folder: Path, instagram: Adapters
):
    instagram["toolzu"].items = [media("other", server.url_of("/large.jpg"))]
    run("fastdl")
    small = Download.objects.get()
    run("toolzu")
    look_at_all()
    now = Download.objects.get()
    assert (now.pk, now.media_id, now.upgraded) == (small.pk, "31", True)
    assert content(now) == LARGE
    assert run("toolzu").items_skipped == 1
