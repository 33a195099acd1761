"""The lister threads: few while listings are quick, as many as there are listings where sites are slow."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import structlog
from django.db import connections

from mediadl.net.kept_handles import KeptHandles
from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.circuit_watch import CircuitWatch
from queue_app.engine.committer import Committer
from queue_app.engine.feed import Feed
from queue_app.engine.known_check import KnownCheck, Settled
from queue_app.engine.lasting import lasting
from queue_app.engine.listed_rows import ListedBatch, store_batch
from queue_app.engine.lister import run_listing, run_renewal
from queue_app.engine.listing import Listing, ListingTools
from queue_app.engine.results import Decided
from queue_app.engine.running import MediaTask, RunningItem

log = structlog.get_logger("Queue")
_STUCK_SECONDS = 0.1  # nothing was begun for so long: each listing that waits gets a thread
_JOIN_SECONDS = 2.0  # an adapter that does not heed its stop signal is left to its thread


class ListerPool:
    """Runs listings and renewals."""

    def __init__(self, feed: Feed, committer: Committer, proxy: ChildProxy, handles: KeptHandles) -> None:
        self._feed = feed
        self._committer = committer
        self._tools = ListingTools(
            feed=feed,
            store=self._store,
            settle=self._settle,
            proxy=proxy,
            handles=handles,
            circuits=CircuitWatch(),
            known=KnownCheck(),
        )
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._work: deque[tuple[float, Callable[[], None]]] = deque()  # since when it waits
        self._idle = 0
        self._begun_at = 0.0
        self._few = 1
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._listings: dict[RunningItem, Listing] = {}

    def allow(self, transfers: int) -> None:
        """As many threads as transfers are started at once: quick listings need no more.

        A hundred threads for a hundred quick links would take each other's time.
        """
        with self._lock:
            self._few = max(1, transfers)

    def begin(self, running: RunningItem) -> None:
        """List a claimed item."""
        listing = Listing(running, self._tools)
        with self._lock:
            self._listings[running] = listing

        def work() -> None:
            try:
                run_listing(listing, running, self._committer, self._feed)
            finally:
                with self._lock:
                    self._listings.pop(running, None)

        self._run(work)

    def renew(self, running: RunningItem, tasks: Sequence[MediaTask]) -> None:
        """Ask the adapter for fresh links."""
        self._run(lambda: run_renewal(running, tasks, self._tools, self._committer))

    def flush_old(self, now: float) -> None:
        """Hand on what listings found a while ago and still hold."""
        with self._lock:
            listings = list(self._listings.values())
        for listing in listings:
            listing.flush_if_old(now)

    def start_waiting(self, now: float) -> None:
        """See to it that no listing waits for another one that takes long."""
        with self._lock:
            if self._work and now - max(self._begun_at, self._work[0][0]) > _STUCK_SECONDS:
                self._grow(len(self._work) - self._idle)

    def close(self) -> None:
        """Let the threads end."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
            self._arrived.notify_all()
        for thread in threads:
            thread.join(_JOIN_SECONDS)

    def _run(self, work: Callable[[], None]) -> None:
        with self._lock:
            self._work.append((time.monotonic(), work))
            if len(self._work) <= self._idle:
                self._arrived.notify()
            elif len(self._threads) < self._few:
                self._grow(1)

    def _grow(self, number: int) -> None:
        """Inside the lock."""
        for _ in range(number):
            thread = threading.Thread(target=lasting(self._loop, "lister", self._feed), name="lister", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no thread is to be had now: those that there are go on
                log.exception("A lister thread could not be started")
                return
            self._threads.append(thread)

    def _loop(self) -> None:
        try:
            while (work := self._next()) is not None:
                work()
        finally:
            connections.close_all()

    def _next(self) -> Callable[[], None] | None:
        """The longest waiting piece of work; None once nothing is left and the pool is closed."""
        with self._lock:
            while not self._work:
                if self._closed:
                    return None
                self._idle += 1
                self._arrived.wait()
                self._idle -= 1
            self._begun_at = time.monotonic()
            return self._work.popleft()[1]

    def _store(self, running: RunningItem, batch: ListedBatch) -> None:
        self._committer.submit(lambda ledger: store_batch(ledger, running, batch), owners=[running])

    def _settle(self, running: RunningItem, known: Sequence[tuple[MediaTask, Settled]]) -> None:
        self._feed.add_open(running, len(known))
        for task, settled in known:
            self._committer.put(Decided(task, settled))
