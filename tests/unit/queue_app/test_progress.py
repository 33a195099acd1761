"""Progress events: soon after the start, bounded, never backwards, and one at 100."""

import json
import threading
import time
from pathlib import Path

import pytest

from mediadl import clock
from mediadl.events.models import OutboxEvent
from queue_app.engine.feed import Feed
from queue_app.engine.progress import measure
from queue_app.engine.running import MediaTask, RunningItem
from queue_app.models import QueueItem
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import drain_running, enqueue, eventually, fresh, media, picture
from tests.unit.queue_app.fake_site import FakeSite


def shown(item: QueueItem) -> dict[str, object] | None:
    row = OutboxEvent.objects.filter(type="download_progress", key=f"progress:{item.pk}").first()
    return json.loads(row.data) if row else None


@pytest.mark.django_db(transaction=True, databases=["default", "broker"])
def test_a_slow_file_is_shown_within_a_second_and_ends_at_100(site: FakeSite, folder: Path) -> None:
    data = picture(1, side=900)
    with MediaServer({"/a.jpg": data}) as server:
        server.hold("/a.jpg", len(data) // 2)
        site.lists(media("a", server.url_of("/a.jpg")))
        item = enqueue()
        with drain_running():
            eventually(lambda: fresh(item).status == "downloading")
            started = clock.monotonic()
            eventually(lambda: shown(item))
            assert clock.monotonic() - started < 1.5
            assert server.wait_for_bytes("/a.jpg", len(data) // 2)
            half = eventually(lambda: (event := shown(item)) and event["progress"] >= 30 and event)
            assert half["progress"] <= 99
            assert half["status"] == "downloading"
            assert half["current_item"] == "someone_20251012_141523_a.jpg"
            assert fresh(item).progress == half["progress"]
            server.release("/a.jpg")
            eventually(lambda: fresh(item).status == "completed")
    assert shown(item)["progress"] == 100
    assert OutboxEvent.objects.filter(type="download_progress").count() == 1


def test_speed_is_the_mean_of_the_last_five_seconds() -> None:
    item = QueueItem(id=1, platform="fakesite", list_order=5)
    running = RunningItem(item, started=100.0)
    task = MediaTask(running, media("a", "https://x.example/a"), 0)
    running.in_flight.add(task)
    for second in range(10):
        task.bytes_done = 1000 * second
        speed = measure(running, 100.0 + second)
    assert speed == pytest.approx(1000)
    for second in range(10, 16):
        speed = measure(running, 100.0 + second)
    assert speed == 0


def test_a_resumed_file_counts_only_what_arrives() -> None:
    running = RunningItem(QueueItem(id=1, platform="fakesite", list_order=5), started=0.0)
    task = MediaTask(running, media("a", "https://x.example/a"), 0, bytes_start=10**9, bytes_done=10**9)
    running.in_flight.add(task)
    measure(running, 1.0)
    task.bytes_done += 500
    assert measure(running, 2.0) == pytest.approx(500)


def test_the_feed_gives_every_item_one_transfer_before_a_second() -> None:
    feed = Feed()
    feed.set_limits(allowed=3, per_host=4)
    items = [RunningItem(QueueItem(id=n, platform="fakesite", list_order=5), started=0.0) for n in (1, 2)]
    for running in items:
        feed.add_item(running)
        names = [f"{running.item.pk}-{n}" for n in range(3)]
        feed.add_media(running, [MediaTask(running, media(name, f"https://x.example/{name}"), 0) for name in names])
    taken = [feed.take(0.0) for _ in range(3)]
    assert [task.media.media_id for task in taken if task] == ["1-0", "2-0", "1-1"]
    assert feed.take(0.0) is None
    feed.transfer_ended(taken[0])
    assert feed.take(0.0).media.media_id == "1-2"


def test_with_one_slot_a_quicker_listing_does_not_overtake() -> None:
    feed = Feed()
    feed.set_limits(allowed=1, per_host=4)
    slow, quick = (
        RunningItem(QueueItem(id=n, platform="fakesite", list_order=5), started=time.monotonic()) for n in (1, 2)
    )
    for running in (slow, quick):
        feed.add_item(running)
    feed.add_media(quick, [MediaTask(quick, media("quick", "https://x.example/q"), 0)])
    assert feed.take(0.0) is None
    feed.add_media(slow, [MediaTask(slow, media("slow", "https://x.example/s"), 0)])
    assert feed.take(0.0).media.media_id == "slow"


def test_with_one_slot_a_listing_that_takes_long_holds_nobody_up() -> None:
    feed = Feed()
    feed.set_limits(allowed=1, per_host=4)
    long_ago = time.monotonic() - 60
    slow, quick = (RunningItem(QueueItem(id=n, platform="fakesite", list_order=5), started=long_ago) for n in (1, 2))
    for running in (slow, quick):
        feed.add_item(running)
    feed.add_media(quick, [MediaTask(quick, media("quick", "https://x.example/q"), 0)])
    assert feed.take(0.0).media.media_id == "quick"


def test_the_feed_hands_the_same_medium_out_once() -> None:
    feed = Feed()
    feed.set_limits(allowed=4, per_host=4)
    items = [RunningItem(QueueItem(id=n, platform="fakesite", list_order=5), started=0.0) for n in (1, 2)]
    for running in items:
        feed.add_item(running)
        feed.add_media(running, [MediaTask(running, media("same", "https://x.example/a"), 0)])
    first = feed.take(0.0)
    assert feed.take(0.0) is None
    feed.transfer_ended(first)
    assert not feed.stored_lately(first)
    feed.settled([first], stored=[first])
    assert feed.stored_lately(feed.take(0.0))


@pytest.mark.django_db(transaction=True, databases=["default", "broker"])
def test_a_writer_beside_a_busy_drain_does_not_wait_long(site: FakeSite, folder: Path) -> None:
    """P6: nobody sees "database is locked", and a request is answered within a second."""
    with MediaServer({f"/{n}.jpg": picture(n, side=24) for n in range(120)}) as server:
        site.lists(*(media(f"m{n}", server.url_of(f"/{n}.jpg")) for n in range(120)))
        gallery = enqueue()
        waits: list[float] = []
        with drain_running():
            pause = threading.Event()
            for number in range(20):
                started = clock.monotonic()
                enqueue(f"https://fakesite.example/empty{number}")
                waits.append(clock.monotonic() - started)
                pause.wait(0.02)
            eventually(lambda: fresh(gallery).status == "completed", 30)
    assert sorted(waits)[-3] < 1.0  # of 20: this machine may be busy with other tests as well
