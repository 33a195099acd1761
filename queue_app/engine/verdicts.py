"""Applying what follows from failed tries, inside the committer's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from downloads.naming import collection_of
from downloads.store import FailureRecord, record_failures
from mediadl.media import FailureKind, MediaError, OutcomeKind
from queue_app import preferences
from queue_app.blocks import downloader_key, host_key
from queue_app.engine.budgets import BUDGET_CODE
from queue_app.engine.disk_pause import pause_for_disk
from queue_app.engine.feed import host_of_url
from queue_app.engine.listing import PLATFORM_DOWN
from queue_app.engine.results import Failed
from queue_app.engine.retries import Verdict, judge, told_delay_seconds
from queue_app.engine.running import MediaTask, RunningItem
from queue_app.engine.tally import Tally
from queue_app.engine.waits import told_to_wait
from queue_app.ledger import Ledger

# Waits that are ours and not the site's: they use up no try, however many there are.
_OWN_WAITS = {BUDGET_CODE: "rate_limited", PLATFORM_DOWN: "platform_down", "PLATFORM_DISABLED": "platform_disabled"}


@dataclass(slots=True)
class FailureNews:
    """What the feed must do once the transaction is committed."""

    postponed: list[tuple[MediaTask, datetime, bool]] = field(default_factory=list)
    expired: list[MediaTask] = field(default_factory=list)
    disk_trouble: bool = False


def apply_failures(
    ledger: Ledger, failures: Sequence[Failed], tallies: dict[RunningItem, Tally], news: FailureNews
) -> None:
    """Write the outcome of each failed try: again later, a fresh link first, or over."""
    final: list[Failed] = []
    for failure in failures:
        task, error = failure.task, failure.error
        if error.kind is FailureKind.STOPPED:
            continue
        if error.kind is FailureKind.DISK:
            pause_for_disk(error)
            news.disk_trouble = True
        elif error.kind is FailureKind.EXPIRED_LINK and not task.renewed and task.running.downloader is not None:
            task.error = error
            news.expired.append(task)
        else:
            verdict = _verdict(task, error, ledger.now)
            if verdict.again_at is None:
                final.append(failure)
            else:
                _postpone(failure, verdict, tallies[task.running], news)
    _record_final(final, tallies)


def judge_listing(running: RunningItem, error: MediaError, now: datetime) -> None:
    """Decide what a failed listing leads to, inside the transaction that ends it."""
    item = running.item
    running.listing_error = error
    if error.code in _OWN_WAITS:
        running.wait_reason = _OWN_WAITS[error.code]
        running.listing_again_at = now + timedelta(seconds=told_delay_seconds(error))
        return
    waits = 0
    if error.kind is FailureKind.TOLD_TO_WAIT:
        info = running.downloader
        per_host = info is None or info.circuit_per_host
        key = host_key(item.host) if per_host else downloader_key(item.platform, info.name if info else "")
        _until, waits = told_to_wait(key, error, now)
        running.wait_reason = "rate_limited"
    if error.kind is FailureKind.DISK:
        pause_for_disk(error)
        running.wait_reason = "disk_full"
    verdict = judge(error, failures=item.attempts, max_attempts=item.max_attempts, now=now, waits_in_a_row=waits)
    running.listing_again_at = verdict.again_at
    running.try_used |= verdict.counts


def _verdict(task: MediaTask, error: MediaError, now: datetime) -> Verdict:
    waits = 0
    if error.code in _OWN_WAITS:
        return Verdict(now + timedelta(seconds=told_delay_seconds(error)), counts=False)
    if error.kind is FailureKind.TOLD_TO_WAIT:
        _until, waits = told_to_wait(host_key(host_of_url(task.url)), error, now)
    return judge(error, failures=task.tries + 1, max_attempts=preferences.max_attempts(), now=now, waits_in_a_row=waits)


def _postpone(failure: Failed, verdict: Verdict, tally: Tally, news: FailureNews) -> None:
    task, error = failure.task, failure.error
    assert verdict.again_at is not None  # noqa: S101 - the caller looked
    tries = task.tries + verdict.counts
    told = error.kind is FailureKind.TOLD_TO_WAIT
    tally.set_outcome(
        task, OutcomeKind.LISTED, error.code, error.detail, retryable=True, tries=tries, again_at=verdict.again_at
    )
    tally.try_used |= verdict.counts
    news.postponed.append((task, verdict.again_at, told))


def _record_final(failures: Sequence[Failed], tallies: dict[RunningItem, Tally]) -> None:
    records = record_failures([_record(failure) for failure in failures]) if failures else []
    for failure, download_id in zip(failures, records, strict=True):
        task, error = failure.task, failure.error
        tally = tallies[task.running]
        tally.count(OutcomeKind.FAILED)
        tally.try_used = True
        tally.set_outcome(
            task, OutcomeKind.FAILED, error.code, error.detail, tries=task.tries + 1, download_id=download_id
        )


def _record(failure: Failed) -> FailureRecord:
    task = failure.task
    item, info = task.running.item, task.running.downloader
    downloader = info.name if info else item.used_downloader
    return FailureRecord(
        item=task.media,
        platform=item.platform,
        downloader=downloader,
        collection=collection_of(item.platform, bool(info and info.third_party), downloader),
        source=item.source,
        queue_item_id=item.pk,
        attempts=task.tries + 1,
        error=failure.error,
    )
