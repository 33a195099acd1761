"""A drain that holds its host's lock and says nothing for long is ended; one that beats is left alone."""

import errno
import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from queue_app.engine.drain_lock import DrainLock, drain_holder, is_drain_running
from queue_app.engine.drain_watch import SILENT_SECONDS, DrainWatch
from queue_app.engine.identity import WorkerIdentity, process_started
from queue_app.engine.leases import heartbeat
from queue_app.models import Worker
from tests.unit.queue_app.building import drain, eventually

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
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def is_alive(pid: int) -> bool:
    return bool(process_started(pid))


def beat(pid: int) -> None:
    heartbeat(WorkerIdentity(f"here:{pid}", "here", pid, process_started(pid)))


def looks_for(seconds: float, watch: DrainWatch, clock: Clock) -> int:
    """Look every three seconds; returns how often a drain was ended."""
    until, ended = clock.seconds + seconds, 0
    while clock.seconds < until:
        ended += watch.look()
        clock.seconds += 3
    return ended


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
    assert looks_for(SILENT_SECONDS - 1, watch, clock) == 0
    assert is_alive(holder)
    assert looks_for(3, watch, clock) == 1
    eventually(lambda: not is_alive(holder))
    assert not is_drain_running()


def test_one_that_beats_is_left_alone(holder: int, clock: Clock):
    beat(holder)
    assert looks_for(3 * SILENT_SECONDS, DrainWatch(clock), clock) == 0
    assert is_alive(holder)


def test_its_silence_begins_when_the_reaper_takes_its_row(holder: int, clock: Clock):
    beat(holder)
    watch = DrainWatch(clock)
    assert looks_for(2 * SILENT_SECONDS, watch, clock) == 0
    Worker.objects.all().delete()
    assert looks_for(SILENT_SECONDS / 2, watch, clock) == 0
    beat(holder)  # it was only slow
    assert looks_for(3, watch, clock) == 0
    Worker.objects.all().delete()
    assert looks_for(SILENT_SECONDS - 3, watch, clock) == 0
    assert is_alive(holder)


def test_time_in_which_nobody_looked_is_no_silence(holder: int, clock: Clock):
    """A machine that was suspended, or all of it stopped: the drain may be about to beat."""
    watch = DrainWatch(clock)
    assert looks_for(6, watch, clock) == 0
    clock.seconds += 10 * SILENT_SECONDS
    assert looks_for(SILENT_SECONDS - 3, watch, clock) == 0
    assert is_alive(holder)


def test_a_look_that_fails_is_no_silence(holder: int, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    watch = DrainWatch(clock)
    assert looks_for(SILENT_SECONDS - 3, watch, clock) == 0
    with monkeypatch.context() as away:
        away.setattr(Worker.objects, "filter", lambda **_by: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            watch.look()
    assert looks_for(SILENT_SECONDS - 3, watch, clock) == 0
    assert is_alive(holder)


def test_a_drain_that_tidies_up_for_long_beats(monkeypatch: pytest.MonkeyPatch):
    """What a crash left may be many gigabytes, which are read again: it must not be taken for one that hangs."""
    rows: list[int] = []
    monkeypatch.setattr("queue_app.engine.session.tidy_up", lambda: rows.append(Worker.objects.count()))
    drain()
    assert rows == [1]


def test_a_lock_that_was_given_back_names_nobody(holder: int, monkeypatch: pytest.MonkeyPatch):
    lock = DrainLock()
    assert lock.acquire() is False
    assert drain_holder() == (holder, process_started(holder)), "who does not get it leaves the name alone"
    os.kill(holder, signal.SIGKILL)
    eventually(lambda: not is_alive(holder))
    assert lock.acquire()
    lock.release()
    monkeypatch.setattr("queue_app.engine.drain_lock.is_drain_running", lambda: True)
    assert drain_holder() is None


def test_another_process_with_its_number_is_not_ended(holder: int, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("queue_app.engine.drain_watch.drain_holder", lambda: (holder, "1"))
    assert looks_for(2 * SILENT_SECONDS, DrainWatch(clock), clock) == 0
    assert is_alive(holder)
