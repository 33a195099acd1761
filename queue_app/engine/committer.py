"""The drain's only writer of results: collects for a moment, then writes all at once.

Jobs (claims, what a listing found, progress) run in the same transaction as the results, and
before those that may depend on them.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import structlog
from django.db import connections

from queue_app.engine.commit_writer import CommitWriter, JobEntry
from queue_app.engine.feed import Feed
from queue_app.engine.lasting import lasting
from queue_app.engine.results import Result
from queue_app.engine.running import RunningItem
from queue_app.engine.timing import (
    COMMIT_FILES,
    COMMIT_WINDOW_SECONDS,
    JOBS_WINDOW_SECONDS,
    LONGEST_COMMIT_WINDOW_SECONDS,
)
from queue_app.engine.writer_ledger import WriterLedger

_WINDOW_SHARE = 3  # of the time that the last commit took
MOST_WAITING_RESULTS = 128  # more make the verification threads wait
log = structlog.get_logger("Queue")


class Committer:
    """One thread that writes.

    Args:
        feed: is told what is settled.
        on_change: called after each commit (the drain claims again).
        on_expired: called with an item whose links must be renewed.
        on_disk_trouble: called when the disk refused a file.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        on_change: Callable[[], None],
        on_expired: Callable[[RunningItem], None],
        on_disk_trouble: Callable[[], None],
    ) -> None:
        self._writer = CommitWriter(feed, on_change=on_change, on_expired=on_expired, on_disk_trouble=on_disk_trouble)
        lock = threading.Lock()
        self._arrived = threading.Condition(lock)  # the committer waits for it
        self._room = threading.Condition(lock)  # who hands in results waits for it
        self._sleeps = False
        self._busy_seconds = 0.0
        self._jobs: deque[JobEntry] = deque()
        self._results: deque[Result] = deque()
        self._closed = False
        self._thread = threading.Thread(target=lasting(self._run, "committer", feed), name="committer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Write what is there and end."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
            self._room.notify_all()
        self._writer.hurry()
        self._thread.join()

    def submit(
        self,
        job: Callable[[WriterLedger], Any],
        *,
        owners: Sequence[RunningItem] = (),
        may_end: bool = False,
    ) -> "Future[Any]":
        """Run ``job`` in the next transaction.

        Args:
            owners: the running items that it writes to; it must leave out those that are ``lost``.
            may_end: the owners may end by it.
        """
        entry = JobEntry(job, tuple(owners), may_end)
        with self._arrived:
            self._jobs.append(entry)
            if self._sleeps:
                self._arrived.notify()
        return entry.done

    def put(self, result: Result) -> None:
        """Hand in a result; waits while too many are on their way."""
        with self._arrived:
            while len(self._results) >= MOST_WAITING_RESULTS and not self._closed:
                self._room.wait(0.5)
            self._results.append(result)
            # While it collects, it is woken only once there is enough: waking it for each costs as much again.
            if self._sleeps or len(self._results) == COMMIT_FILES:
                self._arrived.notify()

    def _run(self) -> None:
        try:
            while (batch := self._collect()) is not None:
                started = time.monotonic()
                self._writer.write(*batch)
                self._busy_seconds = time.monotonic() - started
        finally:
            connections.close_all()

    def _collect(self) -> tuple[list[JobEntry], list[Result]] | None:
        with self._arrived:
            self._sleeps = True
            while not self._jobs and not self._results:
                if self._closed:
                    return None
                self._arrived.wait()
            self._sleeps = False
            self._wait_for_more(time.monotonic() + self._window())
            jobs = list(self._jobs)
            self._jobs.clear()
            results = [self._results.popleft() for _ in range(min(len(self._results), COMMIT_FILES))]
            self._room.notify_all()
            return jobs, results

    def _wait_for_more(self, until: float) -> None:
        """Inside the lock: collect until then, until there is enough, or until nothing more comes."""
        arrived = -1
        while len(self._results) < COMMIT_FILES and not self._closed:
            left = until - time.monotonic()
            if left <= 0 or arrived == len(self._results) + len(self._jobs):
                return
            arrived = len(self._results) + len(self._jobs)
            self._arrived.wait(min(left, COMMIT_WINDOW_SECONDS))

    def _window(self) -> float:
        """How long to collect. Most of a commit's cost is the same for one file as for sixty.

        So on a slow or busy machine, where a commit takes long, each one takes more files along, and
        the committer leaves most of the time to those that fetch and verify.
        """
        shortest = COMMIT_WINDOW_SECONDS if self._results else JOBS_WINDOW_SECONDS
        return max(shortest, min(LONGEST_COMMIT_WINDOW_SECONDS, _WINDOW_SHARE * self._busy_seconds))
