"""Pause, cancel, delete and a stop act within two seconds, and keep or drop what they should."""

import time
from pathlib import Path

import pytest

from downloads.models import Download
from queue_app import selectors, services
from queue_app.models import Attempt, Outcome, QueueItem, TransferSlot, Worker
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import (
    change_settings,
    drain,
    drain_running,
    enqueue,
    eventually,
    fresh,
    media,
    picture,
)
from tests.unit.queue_app.fake_site import FakeSite
from tests.unit.queue_app.rows import recount

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
BIG = picture(1, side=1400)  # some 2 MB
HALF = len(BIG) // 2


@pytest.fixture
def server(folder: Path):
    with MediaServer({"/big.jpg": BIG, "/small.jpg": picture(2)}) as running:
        running.hold("/big.jpg", HALF)
        yield running
        running.release("/big.jpg")


@pytest.fixture
def running_item(site: FakeSite, server: MediaServer) -> QueueItem:
    site.lists(media("big", server.url_of("/big.jpg")))
    return enqueue()


def partials(folder: Path) -> list[Path]:
    return sorted((folder / ".partial").glob("*"))


def is_idle(session: object) -> bool:
    return not session._feed.running()  # type: ignore[attr-defined]


def test_pause_stops_the_transfer_and_resume_goes_on_from_there(
    running_item: QueueItem, server: MediaServer, folder: Path
) -> None:
    with drain_running() as session:
        assert server.wait_for_bytes("/big.jpg", HALF)
        services.pause(item_id=running_item.pk)
        assert fresh(running_item).status == "paused"
        started = time.monotonic()
        eventually(lambda: is_idle(session))
        assert time.monotonic() - started < 2
        assert (fresh(running_item).status, fresh(running_item).attempts) == ("paused", 0)
        kept = max(path.stat().st_size for path in partials(folder))
        assert kept > 0
        server.release("/big.jpg")
        server.reset_counters()
        services.resume(item_id=running_item.pk)
        eventually(lambda: fresh(running_item).status == "completed")
    assert server.requests_for("/big.jpg")[0].headers["range"].startswith("bytes=")
    assert server.bytes_sent() < len(BIG)
    assert next(folder.rglob("*.jpg")).read_bytes() == BIG


def test_cancel_ends_the_transfer(running_item: QueueItem, server: MediaServer) -> None:
    with drain_running() as session:
        assert server.wait_for_bytes("/big.jpg", HALF)
        services.cancel(item_id=running_item.pk)
        started = time.monotonic()
        eventually(lambda: is_idle(session))
        assert time.monotonic() - started < 2
        server.release("/big.jpg")
    assert (fresh(running_item).status, Download.objects.count()) == ("cancelled", 0)
    assert recount() == selectors.counts()
    drain()
    assert fresh(running_item).status == "cancelled"


def test_delete_removes_the_temporary_files_and_keeps_finished_ones(
    site: FakeSite, server: MediaServer, folder: Path
) -> None:
    site.lists(media("small", server.url_of("/small.jpg")), media("big", server.url_of("/big.jpg")))
    item = enqueue()
    with drain_running() as session:
        assert server.wait_for_bytes("/big.jpg", HALF)
        eventually(lambda: Download.objects.count() == 1)
        services.delete(item_id=item.pk)
        eventually(lambda: is_idle(session))
        eventually(lambda: not partials(folder))
    assert not QueueItem.objects.exists()
    assert [path.read_bytes() for path in folder.rglob("*.jpg")] == [picture(2)]


def test_a_stop_hands_everything_back_with_its_partial_files(
    running_item: QueueItem, server: MediaServer, folder: Path
) -> None:
    with drain_running():
        assert server.wait_for_bytes("/big.jpg", HALF)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    item = fresh(running_item)
    assert (item.status, item.attempts, item.lease_worker) == ("pending", 0, None)
    assert partials(folder)
    assert not TransferSlot.objects.filter(worker__isnull=False).exists()
    assert not Worker.objects.exists()
    assert Attempt.objects.get().ended_at is not None
    server.release("/big.jpg")
    drain()
    assert fresh(running_item).status == "completed"


def test_a_listing_that_waits_is_stopped_too(site: FakeSite, server: MediaServer) -> None:
    site.lists(lambda context: context.stop.wait(60), media("small", server.url_of("/small.jpg")))
    item = enqueue()
    with drain_running() as session:
        eventually(lambda: site.source().listings)
        services.cancel(item_id=item.pk)
        eventually(lambda: is_idle(session), 2)
    assert fresh(item).status == "cancelled"
    assert not Outcome.objects.exists()


def in_flight(session: object) -> int:
    return len(session._feed._active)  # type: ignore[attr-defined]


def test_concurrent_downloads_is_held_and_follows_the_setting(site: FakeSite, server: MediaServer) -> None:
    for number in range(12):
        path = f"/slow{number}.jpg"
        server.add(path, picture(number, side=300))
        server.hold(path, 1000)
        site.lists(media(f"m{number}", server.url_of(path)), url=f"https://fakesite.example/u{number}")
        enqueue(f"https://fakesite.example/u{number}")
    change_settings(general={"concurrent_downloads": 3, "per_host_connections": 16})
    with drain_running() as session:
        eventually(lambda: in_flight(session) == 3)
        assert recount()["downloading"] == 3
        assert selectors.stats()["active_workers"] == 3
        change_settings(general={"concurrent_downloads": 6})
        eventually(lambda: in_flight(session) == 6)  # 5 s on a machine that is not busy
        change_settings(general={"concurrent_downloads": 2})
        eventually(lambda: in_flight(session) == 2)
        for number in range(12):
            server.release(f"/slow{number}.jpg")
        eventually(lambda: recount()["completed"] == 12, 60)
    assert Download.objects.filter(status="completed").count() == 12


def test_per_host_connections_is_held(site: FakeSite, server: MediaServer) -> None:
    for number in range(6):
        server.add(f"/slow{number}.jpg", picture(number))
        server.hold(f"/slow{number}.jpg", 1000)
    site.lists(*(media(f"m{n}", server.url_of(f"/slow{n}.jpg")) for n in range(6)))
    change_settings(general={"concurrent_downloads": 8, "per_host_connections": 2})
    enqueue()
    with drain_running() as session:
        eventually(lambda: server.request_count() == 2)
        assert in_flight(session) == 2
        for number in range(6):
            server.release(f"/slow{number}.jpg")


def test_an_urgent_item_starts_while_a_gallery_runs(site: FakeSite, server: MediaServer) -> None:
    for number in range(8):
        server.add(f"/slow{number}.jpg", picture(number))
        server.hold(f"/slow{number}.jpg", 1000)
    site.lists(*(media(f"m{n}", server.url_of(f"/slow{n}.jpg")) for n in range(8)))
    gallery = enqueue()
    with drain_running() as session:
        eventually(lambda: in_flight(session) == 4)
        site.lists(media("now", server.url_of("/small.jpg")), url="https://fakesite.example/now")
        urgent = enqueue("https://fakesite.example/now", priority=1)
        eventually(lambda: Outcome.objects.filter(item=urgent).exists())
        eventually(lambda: any(one.item.pk == urgent.pk and one.ready for one in session._feed.running()))
        server.release("/slow0.jpg")
        eventually(lambda: fresh(urgent).status == "completed")
        assert fresh(gallery).status == "downloading"
        for number in range(8):
            server.release(f"/slow{number}.jpg")


def test_a_full_disk_pauses_everything_and_goes_on_by_itself(site: FakeSite, server: MediaServer, folder: Path) -> None:
    from queue_app.engine.reaper import needs_drain
    from queue_app.models import Pause
    from tests.unit.queue_app.draining import titles

    server.release("/big.jpg")
    site.lists(media("big", server.url_of("/big.jpg")))
    item = enqueue()
    change_settings(general={"free_space_floor_mb": 10_000_000})
    drain()
    item = fresh(item)
    assert (item.status, item.attempts) == ("pending", 0)
    assert selectors.item_json(item)["reason"] == "disk_full"
    assert Pause.objects.count() == 1
    assert needs_drain() is False
    change_settings(general={"free_space_floor_mb": 0})
    assert needs_drain() is True
    assert titles() == ["Downloading Paused", "Downloading Goes On"]
    drain()
    assert fresh(item).status == "completed"
