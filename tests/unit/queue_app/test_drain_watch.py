"""A drain that holds its host's lock and says nothing for long is ended; one that beats is left alone."""

import errno
import os
import signal
from collections.abc import Iterator

import pytest

from queue_app.engine.drain_lock import DrainLock, drain_holder, is_drain_running
from queue_app.engine.drain_watch import SILENT_SECONDS, DrainWatch
from queue_app.engine.identity import WorkerIdentity, process_started
from queue_app.engine.leases import heartbeat
from queue_app.models import Worker
from tests.unit.queue_app.building import eventually

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def holder() -> Iterator[int]:
    """Another process of this host that holds the lock and does nothing else."""
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        DrainLock().acquire()
        os.write(told, b"x")
        signal.pause()
        os._exit(0)
    os.read(ready, 1)
    yield pid
    for descriptor in (ready, told):
        os.close(descriptor)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def is_alive(pid: int) -> bool:
    return bool(process_started(pid))


def beat(pid: int) -> None:
    heartbeat(WorkerIdentity(f"here:{pid}", "here", pid, process_started(pid)))


def test_who_holds_the_lock_is_known(holder: int):
    assert drain_holder() == (holder, process_started(holder))


def test_nobody_holds_it():
    lock = DrainLock()
    assert lock.acquire()
    lock.release()
    assert drain_holder() is None


def test_on_a_full_disk_the_lock_is_as_good(monkeypatch: pytest.MonkeyPatch):
    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    lock = DrainLock()
    assert lock.acquire()
    assert is_drain_running()
    assert drain_holder() is None
    lock.release()
    assert not is_drain_running()


def test_a_silent_holder_is_ended_and_frees_the_lock(holder: int, clock: Clock):
    os.kill(holder, signal.SIGSTOP)  # which it neither notices nor can do anything against
    watch = DrainWatch(clock)
    assert watch.look() is False
    clock.seconds += SILENT_SECONDS - 1
    assert watch.look() is False
    assert is_alive(holder)
    clock.seconds += 2
    assert watch.look() is True
    eventually(lambda: not is_alive(holder))
    assert not is_drain_running()


def test_one_that_beats_is_left_alone(holder: int, clock: Clock):
    beat(holder)
    watch = DrainWatch(clock)
    for _ in range(3):
        clock.seconds += 2 * SILENT_SECONDS
        assert watch.look() is False
    assert is_alive(holder)


def test_its_silence_begins_when_the_reaper_takes_its_row(holder: int, clock: Clock):
    beat(holder)
    watch = DrainWatch(clock)
    watch.look()
    clock.seconds += 2 * SILENT_SECONDS
    Worker.objects.all().delete()
    assert watch.look() is False
    clock.seconds += SILENT_SECONDS / 2
    beat(holder)  # it was only slow
    assert watch.look() is False
    Worker.objects.all().delete()
    clock.seconds += SILENT_SECONDS / 2 + 1
    assert watch.look() is False
    assert is_alive(holder)


def test_another_process_with_its_number_is_not_ended(holder: int, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("queue_app.engine.drain_watch.drain_holder", lambda: (holder, "1"))
    watch = DrainWatch(clock)
    watch.look()
    clock.seconds += SILENT_SECONDS + 1
    assert watch.look() is False
    assert is_alive(holder)
