"""What a dead worker held runs again; an item that kills its worker is found out, its neighbours are not."""

import subprocess
import sys
from datetime import timedelta

import pytest

from mediadl import clock
from queue_app import selectors
from queue_app.engine.identity import own_identity, process_started
from queue_app.engine.leases import heartbeat
from queue_app.engine.reaper import POISON_DEATHS, needs_drain, reap
from queue_app.models import Attempt, QueueItem, TransferSlot, Worker
from queue_app.states import Status
from tests.unit.queue_app.building import enqueue, fresh
from tests.unit.queue_app.rows import put_into, recount

pytestmark = pytest.mark.django_db


def held_by(worker: str, *urls: str, seconds: float = 30, **columns: object) -> list[QueueItem]:
    until = clock.now() + timedelta(seconds=seconds)
    return [
        put_into(
            enqueue(f"https://fakesite.example/{url}"),
            Status.DOWNLOADING,
            lease_worker=worker,
            lease_expires_at=until,
            attempts=1,
            **columns,
        )
        for url in urls
    ]


def worker_row(name: str, pid: int, started: str, *, heartbeat_ago: float = 0) -> None:
    moment = clock.now() - timedelta(seconds=heartbeat_ago)
    host = own_identity().host
    Worker.objects.create(
        name=name, host=host, pid=pid, process_started=started, started_at=moment, heartbeat_at=moment
    )


def test_a_dead_process_of_this_host_is_noticed_at_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    worker_row("dead", child.pid, process_started(child.pid))
    [item] = held_by("dead", "a")
    TransferSlot.objects.create(number=1, worker="dead", expires_at=clock.now() + timedelta(seconds=30))
    Attempt.objects.create(item=item, number=1, started_at=clock.now(), worker="dead")
    assert reap() == 0
    child.kill()
    child.wait()
    assert reap() == 1
    item = fresh(item)
    assert (item.status, item.attempts, item.deaths, item.lease_worker) == ("pending", 0, 1, None)
    assert not Worker.objects.exists()
    assert not TransferSlot.objects.filter(worker__isnull=False).exists()
    assert Attempt.objects.get().error_code == "WORKER_DIED"
    assert recount() == selectors.counts()


def test_a_reused_pid_is_another_process() -> None:
    me = own_identity()
    worker_row("old", me.pid, "1")
    [item] = held_by("old", "a")
    assert reap() == 1
    assert fresh(item).status == "pending"


def test_another_hosts_worker_loses_its_lease_only_when_it_expires() -> None:
    Worker.objects.create(
        name="far", host="elsewhere", pid=1, process_started="1", started_at=clock.now(), heartbeat_at=clock.now()
    )
    held_by("far", "a")
    assert reap() == 0
    QueueItem.objects.update(lease_expires_at=clock.now())
    assert reap() == 1


def test_a_heartbeat_keeps_the_lease() -> None:
    me = own_identity()
    [item] = held_by(me.name, "a", seconds=1)
    heartbeat(me)
    assert fresh(item).lease_expires_at > clock.now() + timedelta(seconds=25)
    assert reap() == 0


def test_an_item_that_kills_its_worker_alone_is_poison_at_the_third_time() -> None:
    item = enqueue("https://fakesite.example/a")
    for death in range(1, POISON_DEATHS + 1):
        put_into(fresh(item), Status.DOWNLOADING, lease_worker="w", lease_expires_at=clock.now(), fence=death)
        reap()
        if death < POISON_DEATHS:
            assert fresh(item).status == "pending"
    item = fresh(item)
    assert (item.status, item.error_code, item.deaths_alone) == ("failed", "POISON", 3)
    assert recount() == selectors.counts()


def test_an_innocent_neighbour_never_is() -> None:
    for _death in range(6):
        for row in QueueItem.objects.all() if QueueItem.objects.exists() else held_by("w", "a", "b"):
            put_into(row, Status.DOWNLOADING, lease_worker="w", lease_expires_at=clock.now(), fence=row.fence + 1)
        assert reap() == 2
    assert set(QueueItem.objects.values_list("status", "deaths", "deaths_alone")) == {("pending", 6, 0)}


def test_a_drain_is_needed_when_something_can_run() -> None:
    assert needs_drain() is False
    item = enqueue()
    assert needs_drain() is True
    QueueItem.objects.filter(pk=item.pk).update(next_attempt_at=clock.now() + timedelta(minutes=1))
    assert needs_drain() is False
