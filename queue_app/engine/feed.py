"""Which transfer starts next: over all running items, within the slots, host by host.

Every running item gets a transfer before one gets a second; among equals the order is the shown
one. All state that transfer threads, listers and the committer share lies here, under one lock.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from mediadl import clock
from mediadl.media import MediaError
from mediadl.net.stopping import StopSignal
from mediadl.net.urls import host_of
from queue_app.blocks import host_key
from queue_app.engine.running import MediaTask, RunningItem
from queue_app.engine.waits import answered

WINDOW_MEDIA = 500  # listed and not yet fetched media of one item that are held in memory
_LOOK_AHEAD = 64  # how many of an item's media are looked at for one whose host has room
_RECENT_MEDIA = 20_000
_MEAN_SHARE = 0.2  # of the newest transfer in the mean
_TURN_SECONDS = 1.0  # with one slot, an item waits so long for an earlier one that is being listed


class ListingSuspended(Exception):
    """All that is listed waits for later, so the item gives its place back."""


@lru_cache(maxsize=4096)
def host_of_url(url: str) -> str:
    """The host of a media URL; empty where it has none (the transfer then says what is wrong)."""
    try:
        return host_of(url)
    except MediaError:
        return ""


class Feed:
    """Hands media to transfer threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._may_start = threading.Condition(self._lock)  # transfer threads wait for it
        self._may_list = threading.Condition(self._lock)  # listers wait for it
        self._items: dict[int, RunningItem] = {}
        self._allowed = 0
        self._per_host = 1
        self._active: list[MediaTask] = []
        self._hosts: dict[str, int] = {}
        self._waits: dict[str, datetime] = {}
        self._busy: set[tuple[str, str]] = set()
        self._recent: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._closed = False
        self._mean_seconds = 0.0
        self.is_broken = False
        """A thread failed with something in hand: the drain must hand back what runs."""

    # What the drain asks and sets

    def running(self) -> list[RunningItem]:
        """All running items."""
        with self._lock:
            return list(self._items.values())

    def add_item(self, running: RunningItem) -> None:
        """A claimed item begins."""
        with self._lock:
            self._items[running.item.pk] = running

    def remove_items(self, ended: Iterable[RunningItem]) -> None:
        """Items are over."""
        with self._lock:
            for running in ended:
                if self._items.get(running.item.pk) is running:
                    del self._items[running.item.pk]
            self._may_start.notify_all()

    def set_limits(self, *, allowed: int, per_host: int) -> None:
        """How many transfers may run; the youngest ones above that are cut off and go on later."""
        with self._lock:
            self._allowed, self._per_host = allowed, per_host
            cut = [task for task in self._active[max(0, allowed) :] if not task.was_cut]
            for task in cut:
                task.was_cut = True
            self._may_start.notify_all()
        for task in cut:
            if task.stop is not None:
                task.stop.stop("fence")

    def wants(self) -> tuple[int, int]:
        """How many items need work, and how many transfers could run now."""
        with self._lock:
            items = sum(running.has_work and not running.ending for running in self._items.values())
            media = sum(len(running.ready) + len(running.in_flight) for running in self._items.values())
            return items, media

    def mean_transfer_seconds(self) -> float:
        """How long transfers took lately; 0 while none has ended."""
        return self._mean_seconds

    def close(self) -> None:
        """No further transfer starts; those that run are stopped by their items."""
        with self._lock:
            self._closed = True
            self._may_start.notify_all()

    def break_down(self) -> None:
        """A thread failed (called by it)."""
        self.is_broken = True

    # What listers do

    def add_media(self, running: RunningItem, tasks: Iterable[MediaTask]) -> None:
        """Listed media that are to be fetched."""
        with self._lock:
            now = clock.now()
            number = 0
            for task in tasks:
                self._insert(running, task, now)
                number += 1
            self._may_start.notify(number)

    def add_open(self, running: RunningItem, number: int) -> None:
        """So many results are on their way to the committer without a transfer."""
        with self._lock:
            running.open += number

    def lister_done(self, running: RunningItem) -> None:
        """Nothing more will be added to the item."""
        with self._lock:
            running.lister_done = True

    def wait_for_room(self, running: RunningItem) -> None:
        """Hold the lister while enough of its media wait, so that memory stays bounded.

        Raises:
            ListingSuspended: everything waits for later.
            MediaError: the item is stopped.
        """
        with self._lock:
            while len(running.ready) + len(running.later) + len(running.expired) >= WINDOW_MEDIA:
                running.stop.raise_if_set()
                if running.open == 0:
                    raise ListingSuspended
                self._may_list.wait(0.2)

    # What transfer threads do

    def take(self, timeout: float) -> MediaTask | None:
        """The next medium to fetch, with a stop signal of its own; None when there is none in time."""
        with self._lock:
            if (task := self._pick()) is None and not self._closed:
                self._may_start.wait(timeout)
                task = self._pick()
            return task

    def transfer_ended(self, task: MediaTask, *, again: bool = False) -> None:
        """A transfer ended and its slot is free; ``again``: it was cut off and goes on later."""
        with self._lock:
            running = task.running
            running.finished_bytes += max(0, task.bytes_done - task.bytes_start)
            task.bytes_start = task.bytes_done
            running.in_flight.discard(task)
            self._active.remove(task)
            took = time.monotonic() - task.started
            self._mean_seconds += (took - self._mean_seconds) * (_MEAN_SHARE if self._mean_seconds else 1)
            host = host_of_url(task.url)
            self._hosts[host] = self._hosts.get(host, 1) - 1
            if not self._hosts[host]:
                del self._hosts[host]
            task.stop = None
            if again:
                task.was_cut = False
                running.ready.appendleft(task)
                self._busy.discard(task.key)
            self._may_start.notify()

    def try_next_candidate(self, task: MediaTask) -> bool:
        """Take the medium up again with its next URL, if it has one."""
        with self._lock:
            if task.candidate + 1 >= len(task.media.candidates):
                return False
            task.candidate += 1
            task.running.ready.appendleft(task)
            self._busy.discard(task.key)
            self._may_start.notify()
            return True

    # What the committer does

    def may_end(self, running: RunningItem, settled: int) -> bool:
        """Whether nothing is left but the ``settled`` results at hand; then nothing starts any more."""
        with self._lock:
            if not running.ending and running.lister_done and running.open == settled and not running.expired:
                running.ending = True
            return running.ending

    def reopen(self, running: RunningItem) -> None:
        """The end was not committed."""
        with self._lock:
            running.ending = False

    def settled(self, tasks: Iterable[MediaTask], *, stored: Iterable[MediaTask] = ()) -> None:
        """Results are committed; the ``stored`` ones are remembered so that nobody fetches them again unasked."""
        with self._lock:
            for task in stored:
                self._recent[task.key] = None
            while len(self._recent) > _RECENT_MEDIA:
                self._recent.popitem(last=False)
            for task in tasks:
                task.running.open -= 1
                self._busy.discard(task.key)
            self._may_start.notify_all()
            self._may_list.notify_all()

    def postpone(self, task: MediaTask, not_before: datetime, *, waits_for_host: bool) -> None:
        """The medium is tried again, not before then."""
        with self._lock:
            task.running.open -= 1
            self._busy.discard(task.key)
            task.not_before, task.waits_for_host, task.candidate = not_before, waits_for_host, 0
            task.running.later.append(task)
            self._may_start.notify_all()

    def link_expired(self, task: MediaTask) -> None:
        """The medium needs a fresh link."""
        with self._lock:
            task.running.open -= 1
            self._busy.discard(task.key)
            task.running.expired.append(task)
            self._may_start.notify_all()

    def host_waits(self, host: str, until: datetime) -> list[RunningItem]:
        """Nothing is asked of ``host`` until then; returns the items that this touches."""
        with self._lock:
            self._waits[host] = max(until, self._waits.get(host, until))
            touched = []
            for running in self._items.values():
                waiting = [task for task in running.ready if host_of_url(task.url) == host]
                if not waiting:
                    continue
                touched.append(running)
                for task in waiting:
                    running.ready.remove(task)
                    running.open -= 1
                    task.not_before, task.waits_for_host = until, True
                    running.later.append(task)
            return touched

    def expect_waits(self, waits: Mapping[str, datetime]) -> None:
        """The hosts that were told to wait before this drain began."""
        with self._lock:
            self._waits.update(waits)

    def hosts_answer(self, hosts: set[str]) -> None:
        """Files came from these hosts: their waits in a row are over (inside the caller's transaction)."""
        with self._lock:
            waited = hosts & self._waits.keys()
            for host in waited:
                del self._waits[host]
        if waited:
            answered({host_key(host) for host in waited})

    def take_expired(self, running: RunningItem) -> list[MediaTask]:
        """The media whose links must be renewed now: nothing else of the item is left to do."""
        with self._lock:
            if not running.expired or running.open or not running.lister_done or running.stop.is_set():
                return []
            tasks, running.expired = running.expired, []
            running.lister_done = False
            return tasks

    def abandon(self, running: RunningItem) -> bool:
        """Forget what has not started of a stopped item; True once nothing of it is on its way."""
        with self._lock:
            running.open -= len(running.ready)
            running.ready.clear()
            running.later.clear()
            running.expired.clear()
            return running.open <= 0 and running.lister_done

    # Inside the lock

    def _insert(self, running: RunningItem, task: MediaTask, now: datetime) -> None:
        wait = self._waits.get(host_of_url(task.url))
        if wait is not None and wait > now:
            task.not_before, task.waits_for_host = wait, True
        if task.not_before is not None and task.not_before > now:
            running.later.append(task)
        else:
            running.open += 1
            running.ready.append(task)

    def _pick(self) -> MediaTask | None:
        if self._closed or len(self._active) >= self._allowed:
            return None
        candidates = []
        for running in self._items.values():
            if running.later and not running.ending:
                self._wake_later(running)
            if running.ready and not running.ending and not running.stop.is_set():
                candidates.append(running)
        candidates.sort(key=lambda running: (len(running.in_flight), running.item.list_order, running.item.pk))
        for running in candidates:
            if task := self._startable(running):
                if self._allowed == 1 and self._is_before_its_turn(running):
                    return None
                return self._start(running, task)
        return None

    def _is_before_its_turn(self, running: RunningItem) -> bool:
        """Whether an earlier item was claimed a moment ago and has named no medium yet.

        Items are claimed ahead and listed side by side; with one slot people watch them go one by
        one, so a quicker listing must not overtake.
        """
        turn = running.item.list_order, running.item.pk
        now = time.monotonic()
        return any(
            (other.item.list_order, other.item.pk) < turn
            and now - other.started < _TURN_SECONDS
            and not (other.lister_done or other.open or other.later or other.expired)
            and not (other.ending or other.stop.is_set())
            for other in self._items.values()
        )

    def _startable(self, running: RunningItem) -> MediaTask | None:
        for index, task in enumerate(running.ready):
            if index >= _LOOK_AHEAD:
                return None
            if task.key in self._busy:
                continue
            if self._hosts.get(host_of_url(task.url), 0) < self._per_host:
                return task
        return None

    def _start(self, running: RunningItem, task: MediaTask) -> MediaTask:
        running.ready.remove(task)
        running.in_flight.add(task)
        self._active.append(task)
        self._busy.add(task.key)
        host = host_of_url(task.url)
        self._hosts[host] = self._hosts.get(host, 0) + 1
        task.stop, task.was_cut = StopSignal(), False
        task.started = time.monotonic()
        return task

    def stored_lately(self, task: MediaTask) -> bool:
        """Whether this drain stored the same medium, for another item perhaps, maybe after this one was looked up.

        Its record or its file may be gone again by now.
        """
        with self._lock:
            return task.key in self._recent

    @staticmethod
    def _wake_later(running: RunningItem) -> None:
        """Media whose time has come may start, while their item still runs for others."""
        now = clock.now()
        due = [task for task in running.later if task.not_before is None or task.not_before <= now]
        for task in due:
            running.later.remove(task)
            running.open += 1
            running.ready.append(task)
