"""The drain's only writer of results: collects for a moment, places all files, commits once.

Results of an item whose lease is lost are dropped, and only those. Jobs (claims, what a listing
found, progress) run in the same transaction, before the results that may depend on them.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import OperationalError, connections

from downloads.store import PlacedFile, place_files, record_files, withdraw_files
from mediadl import failpoints
from mediadl.media import FailureKind, MediaError, OutcomeKind
from queue_app.engine.ending import conclude
from queue_app.engine.feed import Feed, host_of_url
from queue_app.engine.listed_rows import update_fenced
from queue_app.engine.results import Decided, Failed, Result, Stored
from queue_app.engine.running import RunningItem
from queue_app.engine.tally import Tally, write_outcomes
from queue_app.engine.timing import COMMIT_FILES, COMMIT_WINDOW_SECONDS
from queue_app.engine.verdicts import FailureNews, apply_failures
from queue_app.ledger import Ledger
from queue_app.models import QueueItem
from queue_app.states import Status

MOST_WAITING_RESULTS = 128  # more make the verification threads wait
JOBS_WINDOW_SECONDS = 0.01  # while no file is on its way
DATABASE_PAUSE_SECONDS = 1.0
DATABASE_TRIES = 30  # of a group that the database refuses (locked, full) before its results fail
log = structlog.get_logger("Queue")

Job = Callable[[Ledger], Any]


@dataclass(slots=True, eq=False)
class _JobEntry:
    job: Job
    touched: RunningItem | None
    done: "Future[Any]" = field(default_factory=Future)


@dataclass(slots=True)
class _Batch:
    jobs: list[_JobEntry] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)


@dataclass(slots=True)
class _Written:
    """What a committed transaction did, for the feed and the files."""

    news: FailureNews = field(default_factory=FailureNews)
    settled: list[tuple[Result, int | None]] = field(default_factory=list)
    dropped: list[Result] = field(default_factory=list)
    ended: list[RunningItem] = field(default_factory=list)
    touched: list[RunningItem] = field(default_factory=list)
    answers: list[tuple[_JobEntry, Any]] = field(default_factory=list)


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
        self._feed = feed
        self._on_change = on_change
        self._on_expired = on_expired
        self._on_disk_trouble = on_disk_trouble
        self._arrived = threading.Condition()
        self._jobs: deque[_JobEntry] = deque()
        self._results: deque[Result] = deque()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self.committed_files = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Write what is there and end."""
        with self._arrived:
            self._closed = True
            self._arrived.notify_all()
        self._thread.join()

    def submit(self, job: Job, touched: RunningItem | None = None) -> "Future[Any]":
        """Run ``job`` in the next transaction; ``touched`` is an item that may end by it."""
        entry = _JobEntry(job, touched)
        with self._arrived:
            self._jobs.append(entry)
            self._arrived.notify_all()
        return entry.done

    def put(self, result: Result) -> None:
        """Hand in a result; waits while too many are on their way."""
        with self._arrived:
            while len(self._results) >= MOST_WAITING_RESULTS and not self._closed:
                self._arrived.wait(0.5)
            self._results.append(result)
            self._arrived.notify_all()

    def _run(self) -> None:
        try:
            while (batch := self._collect()) is not None:
                self._process(batch)
        finally:
            connections.close_all()

    def _collect(self) -> _Batch | None:
        with self._arrived:
            while not self._jobs and not self._results:
                if self._closed:
                    return None
                self._arrived.wait()
            window = COMMIT_WINDOW_SECONDS if self._results else JOBS_WINDOW_SECONDS
            until = time.monotonic() + window
            while (left := until - time.monotonic()) > 0 and len(self._results) < COMMIT_FILES and not self._closed:
                self._arrived.wait(left)
            batch = _Batch(list(self._jobs), [])
            self._jobs.clear()
            while self._results and len(batch.results) < COMMIT_FILES:
                batch.results.append(self._results.popleft())
            self._arrived.notify_all()
            return batch

    def _process(self, batch: _Batch) -> None:
        """Write a batch; if it cannot be written as one, each part for itself."""
        self._place([result for result in batch.results if isinstance(result, Stored)])
        results = [_as_failure(result) for result in batch.results]
        try:
            self._write_patiently(batch.jobs, results)
        except Exception:
            log.exception("A group of results could not be written; each is tried on its own")
            for entry in batch.jobs:
                self._write_alone([entry], [])
            for result in results:
                self._write_alone([], [result])

    def _place(self, stored: Sequence[Stored]) -> None:
        """Bring files to their places; what is not to be recorded any more stays where it is."""
        current = [result for result in stored if _is_wanted(result.task.running)]
        for group in (current, *([result] for result in current)):
            waiting = [result for result in group if result.placed is None and _error_of(result) is None]
            if not waiting:
                continue
            try:
                answers = place_files([result.request for result in waiting])
            except Exception as error:
                log.exception("Files could not be placed as a group", files=len(waiting))
                answers = [_internal_error(error)] * len(waiting) if len(waiting) == 1 else []
            for result, answer in zip(waiting, answers, strict=False):
                if isinstance(answer, PlacedFile):
                    result.placed = answer
                else:
                    result.error = answer

    def _write_alone(self, jobs: list[_JobEntry], results: list[Result]) -> None:
        try:
            self._write_patiently(jobs, results)
        except Exception as error:
            log.exception("A result could not be written")
            for entry in jobs:
                entry.done.set_exception(error)
            for result in results:
                self._give_up(result, error)

    def _give_up(self, result: Result, error: Exception) -> None:
        """The engine itself failed on this result: it counts as a try that failed."""
        if isinstance(result, Stored):
            if result.placed is not None:
                withdraw_files([result.placed])
            result.partial.close()
        failed = Failed(result.task, _internal_error(error))
        try:
            self._write_patiently([], [failed])
        except Exception:
            log.exception("The item is left to its lease", queue_id=result.task.running.item.pk)
            result.task.running.lost = True
            self._feed.settled(result.task)

    def _write_patiently(self, jobs: list[_JobEntry], results: list[Result]) -> None:
        """Write, and wait where the database is busy or its disk is full: nothing may be lost by that."""
        for attempt in range(DATABASE_TRIES):
            try:
                self._write(jobs, results)
            except OperationalError:
                if attempt + 1 == DATABASE_TRIES or self._closed:
                    raise
                log.exception("The database refuses; the same is tried again")
                connections.close_all()
                time.sleep(DATABASE_PAUSE_SECONDS)
            else:
                return

    def _write(self, jobs: list[_JobEntry], results: list[Result]) -> None:
        written = _Written()
        before = [(running, dict(vars(running.item))) for running in self._feed.running()]
        try:
            with Ledger() as ledger:
                touched = self._run_jobs(ledger, jobs, written)
                tallies = self._write_results(ledger, results, written)
                for running in touched:
                    tallies.setdefault(running, Tally(running))
                self._write_items(ledger, tallies, written)
                failpoints.reach("engine.before_commit")
        except BaseException:
            for running in written.ended:
                self._feed.reopen(running)
            for running, columns in before:  # as the database has them
                vars(running.item).update(columns)
            raise
        written.touched = list(tallies)
        try:
            failpoints.reach("engine.after_commit")
            self._withdraw(written.dropped)
        except Exception:  # it is committed: nothing may make it be written again
            log.exception("What follows a commit failed")
        self._after_commit(written)

    def _run_jobs(self, ledger: Ledger, jobs: list[_JobEntry], written: _Written) -> list[RunningItem]:
        touched = []
        for entry in jobs:
            written.answers.append((entry, entry.job(ledger)))
            if entry.touched is not None:
                touched.append(entry.touched)
        return touched

    def _write_results(self, ledger: Ledger, results: list[Result], written: _Written) -> dict[RunningItem, Tally]:
        tallies = {running: Tally(running) for running in _held_items(results)}
        live = []
        for result in results:
            is_here = result.placed is not None if isinstance(result, Stored) else True
            if result.task.running in tallies and is_here:
                tallies[result.task.running].results += 1
                live.append(result)
            else:
                written.dropped.append(result)
        if live:
            failpoints.reach("engine.before_outcome")
        self._record(live, tallies, written)
        failures = [result for result in live if isinstance(result, Failed)]
        apply_failures(ledger, failures, tallies, written.news)
        handled = {id(task) for task, _at, _told in written.news.postponed} | {id(t) for t in written.news.expired}
        written.settled += [(failure, None) for failure in failures if id(failure.task) not in handled]
        write_outcomes(tallies.values())
        return tallies

    def _record(self, live: list[Result], tallies: dict[RunningItem, Tally], written: _Written) -> None:
        stored = [result for result in live if isinstance(result, Stored)]
        downloads = record_files([result.placed for result in stored if result.placed]) if stored else []
        self._feed.hosts_answer({host_of_url(result.task.url) for result in stored})
        for result, download in zip(stored, downloads, strict=True):
            tally = tallies[result.task.running]
            tally.downloaded += download.outcome is OutcomeKind.DOWNLOADED
            tally.skipped += download.outcome is OutcomeKind.SKIPPED
            tally.set_outcome(
                result.task,
                download.outcome,
                download.reason,
                download.detail,
                tries=result.task.tries + 1,
                download_id=download.download_id,
            )
            result.task.running.current_name = download.filename
            written.settled.append((result, download.download_id))
        for decided in live:
            if isinstance(decided, Decided):
                tally = tallies[decided.task.running]
                tally.downloaded += decided.settled.outcome is OutcomeKind.DOWNLOADED
                tally.skipped += decided.settled.outcome is OutcomeKind.SKIPPED
                tally.set_outcome(
                    decided.task,
                    decided.settled.outcome,
                    decided.settled.reason,
                    tries=decided.task.tries,
                    download_id=decided.settled.download_id,
                )
                written.settled.append((decided, decided.settled.download_id))

    def _write_items(self, ledger: Ledger, tallies: dict[RunningItem, Tally], written: _Written) -> None:
        expiring = {task.running for task in written.news.expired}
        for running, tally in tallies.items():
            running.try_used |= tally.try_used
            if running.over or (tally.results and not update_fenced(running, tally.counters())):
                continue
            if running.stop.is_set() or running in expiring or not self._feed.may_end(running, tally.results):
                continue
            written.ended.append(running)
            waits = [(moment, told) for task, moment, told in written.news.postponed if task.running is running]
            waits += [(task.not_before, task.waits_for_host) for task in running.later if task.not_before]
            first = min(waits, key=lambda wait: wait[0], default=(None, False))
            conclude(ledger, running, later_at=first[0], by_host=first[1])

    def _after_commit(self, written: _Written) -> None:
        for result, download_id in written.settled:
            is_stored = isinstance(result, Stored)
            self._feed.settled(result.task, stored_as=download_id, is_stored=is_stored)
            self.committed_files += is_stored
        for result in written.dropped:
            self._feed.settled(result.task)
        for result in [*(result for result, _id in written.settled), *written.dropped]:
            if isinstance(result, Stored):
                result.partial.close()
        self._tell_feed(written)
        for entry, answer in written.answers:
            entry.done.set_result(answer)
        self._on_change()

    @staticmethod
    def _withdraw(dropped: Sequence[Result]) -> None:
        """Files that were placed for items that are another's by now go back."""
        for result in dropped:
            if isinstance(result, Stored) and result.placed is not None:
                withdraw_files([result.placed])

    def _tell_feed(self, written: _Written) -> None:
        news = written.news
        for task, moment, told in news.postponed:
            task.tries += not told
            self._feed.postpone(task, moment, waits_for_host=told)
        for task in news.expired:
            self._feed.link_expired(task)
        for running in written.ended:
            running.over = True
            self._feed.remove_item(running)
        for running in written.touched:
            if running.expired:
                self._on_expired(running)
        if news.disk_trouble:
            self._on_disk_trouble()


def _held_items(results: Sequence[Result]) -> list[RunningItem]:
    """The items whose lease is still this worker's; read inside the transaction that writes."""
    by_id = {result.task.running.item.pk: result.task.running for result in results}
    if not by_id:
        return []
    rows = dict(
        QueueItem.objects.select_for_update()
        .filter(pk__in=by_id, status=Status.DOWNLOADING.value)
        .values_list("pk", "fence")
    )
    held = []
    for pk, running in by_id.items():
        if rows.get(pk) == running.item.fence and not running.lost:
            held.append(running)
        else:
            running.lost = True
    return held


def _is_wanted(running: RunningItem) -> bool:
    """A stopping process still records what is whole; a paused, cancelled or deleted item's files are dropped."""
    return not running.lost and (not running.stop.is_set() or running.stop.reason == "shutdown")


def _as_failure(result: Result) -> Result:
    """A file that could not be placed is a failed try; one that was not placed since it was stopped stays."""
    error = _error_of(result)
    if error is None or not isinstance(result, Stored):
        return result
    result.partial.close()
    return Failed(result.task, error)


def _error_of(result: Result) -> MediaError | None:
    return result.error if isinstance(result, Stored) else None


def _internal_error(error: Exception) -> MediaError:
    detail = f"The program itself failed on this file ({type(error).__name__}); the log has the details."
    return MediaError(FailureKind.TRANSIENT, "INTERNAL_ERROR", detail)
