"""Writing one batch: files to their places, then one transaction, then telling the feed.

Results of an item whose lease is lost are dropped, and only those. What cannot be written as a
batch is written part by part, so that one bad part harms no other.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import OperationalError, connections

from downloads.store import record_files, withdraw_files
from mediadl import failpoints
from queue_app.engine.ending import conclude
from queue_app.engine.feed import Feed, host_of_url
from queue_app.engine.placing import as_failure, internal_error, place_stored
from queue_app.engine.results import Decided, Failed, Result, Stored
from queue_app.engine.running import RunningItem
from queue_app.engine.tally import Tally, write_outcomes
from queue_app.engine.verdicts import FailureNews, apply_failures
from queue_app.engine.writer_ledger import WriterLedger

DATABASE_PAUSE_SECONDS = 1.0
DATABASE_TRIES = 30  # of a batch that the database refuses (locked, full) before its results fail
log = structlog.get_logger("Queue")


@dataclass(slots=True, eq=False)
class JobEntry:
    """A function to run in the transaction, and whose item it writes to."""

    job: Callable[[WriterLedger], Any]
    owners: tuple[RunningItem, ...]
    may_end: bool
    done: "Future[Any]" = field(default_factory=Future)


@dataclass(slots=True)
class _Written:
    """What a committed transaction did, for the feed and the files."""

    news: FailureNews = field(default_factory=FailureNews)
    settled: list[Result] = field(default_factory=list)
    dropped: list[Result] = field(default_factory=list)
    ended: list[RunningItem] = field(default_factory=list)
    touched: list[RunningItem] = field(default_factory=list)
    answers: list[tuple[JobEntry, Any]] = field(default_factory=list)


class CommitWriter:
    """Writes batches; used by the committer's thread alone (but for :meth:`hurry`)."""

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
        self._hurry = threading.Event()

    def hurry(self) -> None:
        """The drain ends: do not wait for a database that refuses."""
        self._hurry.set()

    def write(self, jobs: list[JobEntry], arrived: list[Result]) -> None:
        """Write a batch; if it cannot be written as one, each part for itself. Never raises."""
        place_stored([result for result in arrived if isinstance(result, Stored)])
        results = [as_failure(result) for result in arrived]
        try:
            self._write_patiently(jobs, results)
        except Exception:
            log.exception("A batch could not be written; each part is tried on its own")
            for entry in jobs:
                self._write_alone([entry], [])
            for result in results:
                self._write_alone([], [result])

    def _write_alone(self, jobs: list[JobEntry], results: list[Result]) -> None:
        try:
            self._write_patiently(jobs, results)
        except Exception as error:
            log.exception("A part could not be written")
            for entry in jobs:
                entry.done.set_exception(error)
            for result in results:
                self._give_up(result, error)

    def _give_up(self, result: Result, error: Exception) -> None:
        """The program itself failed on this result: it counts as a try that failed."""
        if isinstance(result, Stored):
            self._withdraw([result])
            result.partial.close()
        try:
            self._write_patiently([], [Failed(result.task, internal_error(error))])
        except Exception:
            log.exception("The item is left to its lease", queue_id=result.task.running.item.pk)
            result.task.running.lost = True
            self._feed.settled([result.task])

    def _write_patiently(self, jobs: list[JobEntry], results: list[Result]) -> None:
        """Write, and wait where the database is busy or its disk is full: nothing may be lost by that."""
        for attempt in range(DATABASE_TRIES):
            try:
                self._write(jobs, results)
            except OperationalError:
                if attempt + 1 == DATABASE_TRIES or self._hurry.is_set():
                    raise
                log.exception("The database refuses; the same is tried again")
                connections.close_all()
                self._hurry.wait(DATABASE_PAUSE_SECONDS)
            else:
                return

    def _write(self, jobs: list[JobEntry], results: list[Result]) -> None:
        written = _Written()
        before = [(running, dict(vars(running.item))) for running in self._feed.running()]
        try:
            with WriterLedger() as ledger:
                concerned = {owner for entry in jobs for owner in entry.owners}
                held = ledger.hold(concerned | {result.task.running for result in results})
                for entry in jobs:
                    written.answers.append((entry, entry.job(ledger)))
                tallies = {owner: Tally(owner) for entry in jobs if entry.may_end for owner in entry.owners}
                self._write_results(ledger, results, held, tallies, written)
                self._write_items(ledger, {one: tally for one, tally in tallies.items() if one in held}, written)
                ledger.write_rows()
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
        try:
            self._after_commit(written)
        except Exception:
            log.exception("What follows a commit failed; what runs is taken up again when its leases end")
            self._feed.break_down()

    def _write_results(
        self,
        ledger: WriterLedger,
        results: list[Result],
        held: set[RunningItem],
        tallies: dict[RunningItem, Tally],
        written: _Written,
    ) -> None:
        live = []
        for result in results:
            is_here = result.placed is not None if isinstance(result, Stored) else True
            if result.task.running in held and is_here:
                tallies.setdefault(result.task.running, Tally(result.task.running)).results += 1
                live.append(result)
            else:
                written.dropped.append(result)
        if not live:
            return
        failpoints.reach("engine.before_outcome")
        ledger.write_listed()  # the outcomes of what was listed in this batch follow
        self._record(live, tallies, written)
        failures = [result for result in live if isinstance(result, Failed)]
        apply_failures(ledger, failures, tallies, written.news)
        handled = {id(task) for task, _at, _told in written.news.postponed} | {id(t) for t in written.news.expired}
        written.settled += [failure for failure in failures if id(failure.task) not in handled]
        write_outcomes(tallies.values())

    def _record(self, live: list[Result], tallies: dict[RunningItem, Tally], written: _Written) -> None:
        stored = [result for result in live if isinstance(result, Stored)]
        downloads = record_files([result.placed for result in stored if result.placed]) if stored else []
        self._feed.hosts_answer({host_of_url(result.task.url) for result in stored})
        for result, download in zip(stored, downloads, strict=True):
            tally = tallies[result.task.running]
            tally.count(download.outcome)
            tally.set_outcome(
                result.task,
                download.outcome,
                download.reason,
                download.detail,
                tries=result.task.tries + 1,
                download_id=download.download_id,
            )
            result.task.running.current_name = download.filename
            written.settled.append(result)
        for decided in (result for result in live if isinstance(result, Decided)):
            settled = decided.settled
            tally = tallies[decided.task.running]
            tally.count(settled.outcome)
            tally.set_outcome(
                decided.task, settled.outcome, settled.reason, tries=decided.task.tries, download_id=settled.download_id
            )
            written.settled.append(decided)

    def _write_items(self, ledger: WriterLedger, tallies: dict[RunningItem, Tally], written: _Written) -> None:
        expiring = {task.running for task in written.news.expired}
        for running, tally in tallies.items():
            tally.apply()
            ledger.save(running)
            if running.stop.is_set() or running in expiring or not self._feed.may_end(running, tally.results):
                continue
            written.ended.append(running)
            waits = [(moment, told) for task, moment, told in written.news.postponed if task.running is running]
            waits += [(task.not_before, task.waits_for_host) for task in running.later if task.not_before]
            later_at, by_host = min(waits, key=lambda wait: wait[0], default=(None, False))
            conclude(ledger, running, later_at=later_at, by_host=by_host)

    def _after_commit(self, written: _Written) -> None:
        stored = [result.task for result in written.settled if isinstance(result, Stored)]
        self._feed.settled([result.task for result in (*written.settled, *written.dropped)], stored=stored)
        for result in [*written.settled, *written.dropped]:
            if isinstance(result, Stored):
                result.partial.close()
        for task, moment, told in written.news.postponed:
            task.tries += not told
            self._feed.postpone(task, moment, waits_for_host=told)
        for task in written.news.expired:
            self._feed.link_expired(task)
        for running in written.ended:
            running.over = True
        self._feed.remove_items(written.ended)
        for running in written.touched:
            if running.expired:
                self._on_expired(running)
        if written.news.disk_trouble:
            self._on_disk_trouble()
        for entry, answer in written.answers:
            entry.done.set_result(answer)
        self._on_change()

    @staticmethod
    def _withdraw(dropped: Sequence[Result]) -> None:
        """Files that were placed for items that are another's by now go back."""
        for result in dropped:
            if isinstance(result, Stored) and result.placed is not None:
                withdraw_files([result.placed])
