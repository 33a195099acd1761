"""Claims: shown order is start order, waits are passed over, and no item is ever claimed twice."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connections

from mediadl import clock
from platforms.models import Circuit
from queue_app import selectors
from queue_app.blocks import read_blocks
from queue_app.engine.claims import claim, has_claimable
from queue_app.ledger import Ledger
from queue_app.models import Attempt, Budget, HostWait, Pause, QueueItem
from queue_app.selectors import counts
from queue_app.states import Status
from tests.unit.queue_app.building import change_settings, enqueue
from tests.unit.queue_app.rows import copy_row, ended, recount


def take(limit: int = 1, *, worker: str = "w", alone: bool = False) -> list[int]:
    with Ledger() as ledger:
        items = claim(ledger, worker, limit=limit, blocks=read_blocks(clock.now()), alone=alone)
    return [item.pk for item in items]


def add(number: int, **fields: object) -> QueueItem:
    return enqueue(f"https://fakesite.example/u{number}", **fields)


def later():
    return clock.now() + timedelta(minutes=1)


@pytest.mark.django_db
def test_the_start_order_is_the_shown_order() -> None:
    for number, priority in enumerate([5, 1, 9, 5, 1]):
        add(number, priority=priority)
    shown = [item["id"] for item in selectors.list_items(status="pending").items]
    assert [take()[0] for _ in range(5)] == shown
    assert take() == []


@pytest.mark.django_db
def test_a_claim_sets_lease_fence_and_try() -> None:
    item = add(1)
    assert take(worker="me") == [item.pk]
    claimed = QueueItem.objects.get()
    assert (claimed.status, claimed.lease_worker, claimed.fence, claimed.attempts) == ("downloading", "me", 1, 1)
    assert claimed.lease_expires_at
    assert claimed.started_at
    assert list(Attempt.objects.values_list("number", "worker", "ended_at")) == [(1, "me", None)]
    assert counts()["downloading"] == 1
    assert recount() == counts()


@pytest.mark.django_db
def test_a_claim_answers_the_items_as_it_left_them() -> None:
    added = add(1, metadata={"caption": "a walk"})
    with Ledger() as ledger:
        (item,) = claim(ledger, "me", limit=1, blocks=read_blocks(clock.now()), alone=False)
    stored = QueueItem.objects.get(pk=added.pk)
    names = [field.attname for field in QueueItem._meta.concrete_fields]
    assert {name: getattr(item, name) for name in names} == {name: getattr(stored, name) for name in names}
    assert (item.status, item.fence, item.metadata) == ("downloading", 1, {"caption": "a walk"})


@pytest.mark.django_db
def test_items_that_wait_do_not_block_those_behind() -> None:
    waits = add(1, priority=1)
    runs = add(2, priority=9)
    QueueItem.objects.filter(pk=waits.pk).update(next_attempt_at=later())
    assert take(5) == [runs.pk]
    QueueItem.objects.filter(pk=waits.pk).update(next_attempt_at=clock.now())
    assert take(5) == [waits.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("block", ["host", "downloader", "budget", "circuit", "off", "platform off", "pause"])
def test_whatever_blocks_an_item_is_passed_over(block: str) -> None:
    change_settings(platforms={"fakesite": {"first": {"rate_limit_per_hour": 5}}})
    blocked = add(1, downloader="first")
    other = enqueue("https://other.example/a.jpg", priority=10)
    match block:
        case "host":
            HostWait.objects.create(key="host:fakesite.example", until=later())
        case "downloader":
            HostWait.objects.create(key="downloader:fakesite/first", until=later())
        case "budget":
            Budget.objects.create(key="fakesite/first", window_started_at=clock.now(), used=5)
        case "circuit":
            Circuit.objects.create(key="fakesite/first", platform="fakesite", open_until=later())
        case "off":
            change_settings(platforms={"fakesite": {"first": {"enabled": False}}})
        case "platform off":
            change_settings(platforms={"fakesite": {"enabled": False}})
        case "pause":
            Pause.objects.create(reason="disk_full", detail="", since=clock.now())
    assert take(5) == ([] if block == "pause" else [other.pk])
    assert has_claimable(clock.now(), read_blocks(clock.now())) is False
    assert QueueItem.objects.get(pk=blocked.pk).status == "pending"


@pytest.mark.django_db
def test_an_open_circuit_does_not_hold_what_is_listed_already() -> None:
    item = add(1)
    QueueItem.objects.update(listing_ended=True)
    Circuit.objects.create(key="fakesite/first", platform="fakesite", open_until=later())
    assert take() == [item.pk]


@pytest.mark.django_db
def test_an_item_whose_workers_died_twice_runs_alone() -> None:
    suspect = add(1)
    others = [add(number).pk for number in (2, 3)]
    QueueItem.objects.filter(pk=suspect.pk).update(deaths=2)
    assert take(5, alone=False) == others
    assert take(5, alone=True) == [suspect.pk]


@pytest.mark.django_db(transaction=True)
def test_many_threads_never_claim_the_same_item() -> None:
    for number in range(60):
        add(number)
    taken: list[int] = []
    lock = threading.Lock()
    start = threading.Barrier(6)

    def work(name: str) -> None:
        start.wait()
        try:
            while ids := take(3, worker=name):
                with lock:
                    taken.extend(ids)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 60
    assert set(QueueItem.objects.values_list("fence", "attempts")) == {(1, 1)}
    assert counts() == recount()
    assert recount()["downloading"] == 60


@pytest.mark.django_db
def test_a_claim_is_fast_with_a_hundred_thousand_items_of_which_most_wait() -> None:
    model = add(0)
    copy_row(model, 100_000, host="slow.example")
    ready = ended(Status.PENDING, url="https://fakesite.example/last", priority=10, list_order=10)
    QueueItem.objects.filter(pk=model.pk).update(next_attempt_at=later())
    HostWait.objects.create(key="host:slow.example", until=later())
    started = time.thread_time()
    assert take() == [ready.pk]
    assert time.thread_time() - started < 0.15  # CPU seconds, loosely: 20 ms on an idle machine
    HostWait.objects.all().delete()
    spent = []
    for _ in range(20):
        started = time.thread_time()
        assert len(take()) == 1
        spent.append(time.thread_time() - started)
    assert sorted(spent)[18] < 0.03
