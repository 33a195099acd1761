"""Wake-ups are sent on commit and coalesce; losing them changes nothing; one drain a host."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django_q.models import OrmQ

from queue_app import liveness, tasks, wakeup
from queue_app.engine.drain import run_drain
from queue_app.engine.drain_lock import DrainLock, is_drain_running
from queue_app.engine.stop_flag import STOPPING_NAME
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import enqueue, eventually, fresh, media, picture
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture(autouse=True)
def _no_wakeup_underway() -> Iterator[None]:
    wakeup.wakeup_arrived()
    yield
    wakeup.wakeup_arrived()


def sent() -> int:
    return OrmQ.objects.count()


def test_it_is_sent_when_the_change_is_committed() -> None:
    with transaction.atomic():
        enqueue()
        assert sent() == 0
    assert sent() == 1


def test_many_changes_send_one() -> None:
    for number in range(5):
        enqueue(f"https://fakesite.example/{number}")
    assert sent() == 1
    wakeup.wakeup_arrived()
    enqueue()
    assert sent() == 2


def test_a_change_that_is_rolled_back_sends_nothing() -> None:
    with transaction.atomic():
        enqueue()
        transaction.set_rollback(True)
    assert sent() == 0


def test_nothing_is_sent_while_a_drain_of_this_host_runs() -> None:
    lock = DrainLock()
    assert lock.acquire()
    assert is_drain_running()
    enqueue()
    assert sent() == 0
    lock.release()
    assert not is_drain_running()


def test_a_second_drain_returns_at_once() -> None:
    lock = DrainLock()
    assert lock.acquire()
    assert run_drain(linger_seconds=60) is False
    lock.release()


def test_an_item_added_while_a_drain_lingers_runs_at_once(site: FakeSite, folder: Path) -> None:
    with MediaServer({"/a.jpg": picture(1)}) as server:
        site.lists(media("a", server.url_of("/a.jpg")))
        thread = threading.Thread(target=run_drain, kwargs={"linger_seconds": 1.0})
        thread.start()
        eventually(is_drain_running)
        item = enqueue()
        eventually(lambda: fresh(item).status == "completed")
        thread.join(20)
    assert not is_drain_running()
    assert sent() == 0


def test_the_task_drains_and_makes_room_for_the_next_wakeup(site: FakeSite, folder: Path) -> None:
    with MediaServer({"/a.jpg": picture(1)}) as server:
        site.lists(media("a", server.url_of("/a.jpg")))
        item = enqueue()
        assert sent() == 1
        tasks.drain()
        assert fresh(item).status == "completed"
    enqueue("https://fakesite.example/other")
    assert sent() == 2


def test_a_stopping_product_drains_nothing(site: FakeSite) -> None:
    flag = Path(settings.RUN_DIR) / STOPPING_NAME
    flag.touch()
    try:
        item = enqueue()
        assert run_drain() is False
        assert fresh(item).status == "pending"
    finally:
        flag.unlink()


def test_the_supervisors_flag_stops_a_running_drain(site: FakeSite, folder: Path) -> None:
    flag = Path(settings.RUN_DIR) / STOPPING_NAME
    site.lists(lambda context: context.stop.wait(60))
    item = enqueue()
    thread = threading.Thread(target=run_drain)
    thread.start()
    try:
        eventually(lambda: site.source().listings)
        flag.touch()
        thread.join(5)
        assert not thread.is_alive()
        assert fresh(item).status == "pending"
    finally:
        flag.unlink()


def test_after_its_time_a_drain_ends_and_asks_for_another(site: FakeSite, folder: Path, settings: object) -> None:
    settings.DRAIN_CLAIM_SECONDS = 0  # type: ignore[attr-defined]
    item = enqueue()
    wakeup.wakeup_arrived()
    assert run_drain() is True
    assert fresh(item).status == "pending"
    assert sent() == 2


def test_a_ping_is_answered_in_a_file() -> None:
    tasks.ping("abc123")
    assert liveness.last_ping() == "abc123"
    tasks.ping("def456")
    assert liveness.last_ping() == "def456"
