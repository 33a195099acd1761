"""The transfer and verification threads between the feed and the committer."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from django.db import connections

from downloads.known import known_media
from downloads.verification import Verifier
from mediadl import clock
from mediadl.media import FailureKind, MediaError, OutcomeKind
from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.committer import Committer
from queue_app.engine.feed import Feed, host_of_url
from queue_app.engine.fetching import Fetched, Fetcher, verify
from queue_app.engine.known_check import Settled
from queue_app.engine.lasting import lasting
from queue_app.engine.placing import internal_error
from queue_app.engine.results import Decided, Failed, Result, Stored
from queue_app.engine.retries import told_delay_seconds
from queue_app.engine.running import MediaTask

VERIFICATION_THREADS = 3  # one more than the verifier's children, so that none waits for a thread
_WAITING_FILES = 16
_LARGEST_BATCH = 4  # files that one child checks before it answers
_IDLE_SECONDS = 0.5
_TRY_NEXT_KINDS = frozenset({FailureKind.GONE, FailureKind.REFUSED, FailureKind.EXPIRED_LINK, FailureKind.TRANSIENT})
log = structlog.get_logger("Queue")


class Pipeline:
    """Fetches what the feed hands out and gives the verified files to the committer."""

    def __init__(self, feed: Feed, committer: Committer, proxy: ChildProxy) -> None:
        self._feed = feed
        self._committer = committer
        self._proxy = proxy
        self._verifier = Verifier()
        self._fetched: queue.Queue[Fetched | None] = queue.Queue(_WAITING_FILES)
        self._transfer_threads: list[threading.Thread] = []
        self._verification_threads: list[threading.Thread] = []
        self._closed = threading.Event()

    def warm_up(self) -> None:
        """Start what takes a moment to start, since there will be something to fetch; returns at once."""
        self._verifier.start_all()

    def grow(self, transfers: int) -> None:
        """See to it that so many transfers can run at once."""
        while len(self._transfer_threads) < transfers:
            self._transfer_threads.append(self._started(self._transfer_loop, "transfer"))
        while self._transfer_threads and len(self._verification_threads) < VERIFICATION_THREADS:
            self._verification_threads.append(self._started(self._verification_loop, "verification"))

    def close(self) -> None:
        """Wait for what is on its way; the feed must have been closed."""
        self._closed.set()
        for thread in self._transfer_threads:
            thread.join()
        for _thread in self._verification_threads:
            self._fetched.put(None)
        for thread in self._verification_threads:
            thread.join()
        self._verifier.close()

    def _started(self, loop: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=lasting(loop, name, self._feed), name=name, daemon=True)
        thread.start()
        return thread

    def _transfer_loop(self) -> None:
        fetcher = Fetcher(self._proxy)
        try:
            while not self._closed.is_set():
                if task := self._feed.take(_IDLE_SECONDS):
                    self._transfer(fetcher, task)
        finally:
            fetcher.close()
            connections.close_all()

    def _transfer(self, fetcher: Fetcher, task: MediaTask) -> None:
        if self._feed.stored_lately(task) and (settled := _known_by_now(task)):
            self._feed.transfer_ended(task)
            self._committer.put(Decided(task, settled))
            return
        stop = task.stop
        assert stop is not None  # noqa: S101 - the feed gives every started task one
        forget = task.running.stop.on_stop(lambda: stop.stop(task.running.stop.reason))
        try:
            fetched = fetcher.fetch(task, stop)
        except MediaError as error:
            self._failed(task, error)
        except Exception as error:
            log.exception("A transfer failed", queue_id=task.running.item.pk, media_id=task.media.media_id)
            self._failed(task, internal_error(error))
        else:
            self._feed.transfer_ended(task)
            self._fetched.put(fetched)
        finally:
            forget()

    def _failed(self, task: MediaTask, error: MediaError) -> None:
        if error.kind is FailureKind.TOLD_TO_WAIT:
            self._hold_host(task, error)
        was_cut = task.was_cut and error.kind is FailureKind.STOPPED and not task.running.stop.is_set()
        self._feed.transfer_ended(task, again=was_cut)
        if not was_cut and not self._next_candidate(task, error):
            self._committer.put(Failed(task, error))

    def _hold_host(self, task: MediaTask, error: MediaError) -> None:
        """At once, before the slot is free: nothing else may be asked of a host that told us to wait."""
        until = clock.now() + timedelta(seconds=told_delay_seconds(error))
        for running in self._feed.host_waits(host_of_url(task.url), until):
            self._committer.submit(lambda _ledger: None, owners=[running], may_end=True)

    def _next_candidate(self, task: MediaTask, error: MediaError) -> bool:
        return error.kind in _TRY_NEXT_KINDS and self._feed.try_next_candidate(task)

    def _verification_loop(self) -> None:
        try:
            while batches := self._next_batches():
                for batch in batches:
                    self._hand_in(verify(batch, self._verifier))
        finally:
            connections.close_all()

    def _next_batches(self) -> list[list[Fetched]]:
        """The longest waiting file, with small ones that wait behind it; empty at the end.

        Small files that come faster than they are checked need not wake a thread each; a large one
        would keep the others from being stored.
        """
        if (fetched := self._fetched.get()) is None:
            return []
        batch = [fetched]
        with suppress(queue.Empty):
            while fetched.is_small and len(batch) < min(_LARGEST_BATCH, 1 + self._fetched.qsize() // 2):
                if (following := self._fetched.get_nowait()) is None:
                    self._fetched.put(None)  # another thread's end
                    break
                if not following.is_small:
                    return [batch, [following]]
                batch.append(following)
        return [batch]

    def _hand_in(self, answers: Sequence[tuple[Fetched, Stored | Exception]]) -> None:
        left = deque(answers)
        try:
            while left:
                fetched, answer = left[0]
                if (result := self._result(fetched.task, answer)) is not None:
                    self._committer.put(result)
                left.popleft()
        finally:
            for fetched, _answer in left:  # this failed on the way: nobody else lets go of their files
                fetched.partial.close()

    def _result(self, task: MediaTask, answer: Stored | Exception) -> Result | None:
        """What the committer is told, or None where another URL is tried."""
        if isinstance(answer, Stored):
            return answer
        if isinstance(answer, MediaError):
            return None if self._next_candidate(task, answer) else Failed(task, answer)
        log.error("A file could not be verified", queue_id=task.running.item.pk, exc_info=answer)
        return Failed(task, internal_error(answer))


def _known_by_now(task: MediaTask) -> Settled | None:
    """What is recorded of a medium that was stored since it was listed; None if it was deleted again meanwhile."""
    known = known_media(task.running.item.platform, [task.media]).get(task.media.media_id)
    return Settled(OutcomeKind.SKIPPED, known.reason.value, known.download_id) if known else None
