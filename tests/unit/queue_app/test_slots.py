"""``concurrent_downloads`` is exact over all workers, and follows the setting."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from mediadl import clock
from queue_app.engine.slots import give_slots_back, hold_slots
from queue_app.engine.timing import LEASE_SECONDS
from queue_app.models import TransferSlot


def hold(worker: str, wanted: int, limit: int = 4, after: float = 0) -> int:
    return hold_slots(worker, wanted=wanted, limit=limit, now=clock.now() + timedelta(seconds=after))


def held() -> int:
    return TransferSlot.objects.filter(worker__isnull=False).count()


@pytest.mark.django_db
def test_workers_share_the_slots() -> None:
    assert hold("a", 3) == 3
    assert hold("b", 3) == 1
    assert hold("a", 1) == 1
    assert hold("b", 3) == 3
    give_slots_back("b")
    assert hold("a", 9) == 4


@pytest.mark.django_db
def test_a_lower_limit_is_kept_at_once_and_a_higher_one_used() -> None:
    assert hold("a", 4, limit=4) == 4
    assert hold("a", 4, limit=1) == 1
    assert held() == 1
    assert hold("a", 8, limit=8) == 8


@pytest.mark.django_db
def test_a_lower_limit_counts_what_another_worker_still_uses() -> None:
    assert hold("a", 4, limit=4) == 4
    assert hold("b", 4, limit=2) == 0
    assert hold("a", 4, limit=2) == 2


@pytest.mark.django_db
def test_slots_of_a_silent_worker_expire() -> None:
    hold("dead", 4)
    assert hold("a", 2, after=LEASE_SECONDS - 1) == 0
    assert hold("a", 2, after=LEASE_SECONDS + 1) == 2


@pytest.mark.django_db(transaction=True)
def test_threads_never_hold_more_than_the_limit_together() -> None:
    most = 0
    lock = threading.Lock()
    start = threading.Barrier(4)

    def work(name: str) -> None:
        nonlocal most
        start.wait()
        try:
            for wanted in (1, 5, 2, 4, 0, 5, 3):
                hold(name, wanted, limit=5)
                with lock:
                    most = max(most, held())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= 5
