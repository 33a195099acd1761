"""How many threads list: few while listings are quick, and none waits for another one that takes long."""

import threading
import time
from types import SimpleNamespace

import pytest

from mediadl.net.kept_handles import KeptHandles
from queue_app.engine import lister_pool
from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.feed import Feed
from queue_app.engine.lister_pool import ListerPool


class Claimed:
    """As much of a running item as a listing that does nothing needs."""

    def __init__(self) -> None:
        self.item = SimpleNamespace(items_listed=0)


class Site:
    """Stands for the listings: each notes its thread, and ends when the site answers."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.threads = set()
        self.listed = []

    def list(self, _listing, running, _committer, _feed):
        self.threads.add(threading.get_ident())
        self.answers.wait(20)
        self.listed.append(running)


@pytest.fixture
def site(monkeypatch):
    site = Site()
    monkeypatch.setattr(lister_pool, "run_listing", site.list)
    yield site
    site.answers.set()


@pytest.fixture
def pool(site):
    pool = ListerPool(Feed(), None, ChildProxy(), KeptHandles())
    yield pool
    site.answers.set()
    pool.close()


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_quick_listings_share_as_many_threads_as_there_are_transfers(pool, site):
    site.answers.set()
    pool.allow(3)
    for _number in range(200):
        pool.begin(Claimed())
        pool.start_waiting(time.monotonic())
    wait_until(lambda: len(site.listed) == 200)
    assert 1 <= len(site.threads) <= 3


def test_a_listing_gets_a_thread_although_all_others_take_long(pool, site):
    pool.allow(2)
    for _number in range(12):
        pool.begin(Claimed())
    wait_until(lambda: len(site.threads) == 2)
    pool.start_waiting(time.monotonic())
    assert len(site.threads) == 2, "they may yet be quick"
    pool.start_waiting(time.monotonic() + 1)
    wait_until(lambda: len(site.threads) == 12)


def test_one_that_comes_while_threads_are_idle_starts_no_other(pool, site):
    site.answers.set()
    pool.allow(1)
    for number in range(1, 6):
        pool.begin(Claimed())
        wait_until(lambda number=number: len(site.listed) == number)
    assert len(site.threads) == 1


def test_what_waits_when_the_pool_closes_is_still_told_of(pool, site):
    """Each listing must say that it is over, or its item is never handed back."""
    claimed = [Claimed() for _number in range(5)]
    for running in claimed:
        pool.begin(running)
    wait_until(lambda: site.threads)
    threading.Timer(0.1, site.answers.set).start()
    pool.close()
    assert site.listed == claimed
