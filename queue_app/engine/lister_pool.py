"""The lister threads: as many as there are listings at once, each lasting until the drain ends."""

import queue
import threading
from collections.abc import Callable, Sequence

from django.db import connections

from mediadl.net.kept_handles import KeptHandles
from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.circuit_watch import CircuitWatch
from queue_app.engine.committer import Committer
from queue_app.engine.feed import Feed
from queue_app.engine.known_check import KnownCheck, Settled
from queue_app.engine.listed_rows import ListedBatch, store_batch
from queue_app.engine.lister import run_listing, run_renewal
from queue_app.engine.listing import Listing, ListingTools
from queue_app.engine.results import Decided
from queue_app.engine.running import MediaTask, RunningItem

_END = None
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
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._threads: list[threading.Thread] = []
        self._listings: dict[RunningItem, Listing] = {}

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

    def close(self) -> None:
        """Let the threads end."""
        with self._lock:
            threads = list(self._threads)
        for _thread in threads:
            self._work.put(_END)
        for thread in threads:
            thread.join(_JOIN_SECONDS)

    def _run(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._idle > 0:
                self._idle -= 1
            else:
                thread = threading.Thread(target=self._loop, name="lister", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._work.put(work)

    def _loop(self) -> None:
        try:
            while (work := self._work.get()) is not _END:
                work()
                with self._lock:
                    self._idle += 1
        finally:
            connections.close_all()

    def _store(self, running: RunningItem, batch: ListedBatch) -> None:
        self._committer.submit(lambda ledger: store_batch(ledger, running, batch), owners=[running])

    def _settle(self, running: RunningItem, known: Sequence[tuple[MediaTask, Settled]]) -> None:
        self._feed.add_open(running, len(known))
        for task, settled in known:
            self._committer.put(Decided(task, settled))
