"""How an item ends, or waits for its next run: decided inside the transaction of its last result."""

from datetime import datetime
from urllib.parse import quote

from mediadl import failpoints
from mediadl.events.progress import progress_key
from mediadl.events.services import Event
from mediadl.media import PERSON_CODES, FailureKind, OutcomeKind, SkipReason
from mediadl.notifications.kinds import Kind, Level, Note
from platforms.access_news import refused_cookies_note
from queue_app.engine.platform_log import log_of
from queue_app.engine.progress_data import progress_data
from queue_app.engine.running import RunningItem
from queue_app.engine.scopes import remember_scope
from queue_app.engine.writer_ledger import WriterLedger
from queue_app.models import Outcome, QueueItem
from queue_app.queue_events import download_completed
from queue_app.states import Action

_KNOWN_REASONS = [SkipReason.KNOWN.value, SkipReason.TOMBSTONE.value, SkipReason.DUPLICATE_BYTES.value]
_DISMISS_SECONDS = 5


def conclude(ledger: WriterLedger, running: RunningItem, *, later_at: datetime | None, by_host: bool) -> None:
    """Nothing is left to do now: end the item, or let it wait until ``later_at``.

    ``by_host``: the media that wait do so because their host asked for it.
    """
    failpoints.reach("engine.before_end")
    error = running.listing_error
    if error is not None and running.listing_again_at is None:
        kind = Kind.NEEDS_PERSON if error.kind is FailureKind.NEEDS_PERSON else Kind.FAILURE
        _fail(ledger, running, error.code, error.detail, kind)
        return
    moments = [moment for moment in (running.listing_again_at, later_at) if moment is not None]
    if moments:
        reason = running.wait_reason or ("rate_limited" if by_host else "retry_wait")
        release(ledger, running, reason=reason, again_at=min(moments))
        return
    _end_by_outcomes(ledger, running)


def release(ledger: WriterLedger, running: RunningItem, *, reason: str, again_at: datetime | None) -> None:
    """Give the item back to the queue; a try that nothing used up is not counted."""
    item, error = running.item, running.listing_error
    attempts = item.attempts if running.try_used else max(0, item.attempts - 1)
    code, message = (error.code, error.detail) if error else _last_failure(item, needed=running.try_used)
    ledger.end(
        running,
        Action.RELEASE,
        attempts=attempts,
        reason=reason,
        next_attempt_at=again_at,
        error_code=code[:40],
        error_message=message or None,
        progress=running.shown_progress,
        estimated_completion=None,
    )


def _end_by_outcomes(ledger: WriterLedger, running: RunningItem) -> None:
    item = running.item
    if _something_is_left(item):  # the disk refused it, for instance: it is no end
        release(ledger, running, reason="", again_at=None)
        return
    if not item.items_failed:
        _complete(ledger, running, "")
        return
    failed = Outcome.objects.filter(item=item, outcome=OutcomeKind.FAILED.value).order_by("position")
    # What somebody has to do is said before what nobody can change.
    waits_for_person = failed.filter(reason__in=PERSON_CODES).values_list("reason", "detail").first()
    first = waits_for_person or failed.values_list("reason", "detail").first() or ("", "")
    kind = Kind.NEEDS_PERSON if waits_for_person else Kind.FAILURE
    any_here = (
        item.items_downloaded
        or Outcome.objects.filter(item=item, outcome=OutcomeKind.SKIPPED.value, reason__in=_KNOWN_REASONS).exists()
    )
    if any_here:
        total = item.items_downloaded + item.items_skipped + item.items_failed
        said = f"{item.items_failed} of {total} files failed; the first: {first[1]}"
        _complete(ledger, running, said, failure=kind, advice=waits_for_person[1] if waits_for_person else "")
        return
    detail = first[1] if item.items_failed == 1 else f"All {item.items_failed} files failed; the first: {first[1]}"
    _fail(ledger, running, first[0], detail, kind)


def _something_is_left(item: QueueItem) -> bool:
    """Whether a listed medium has no outcome yet; the rows are asked only where the counters say so."""
    decided = item.items_downloaded + item.items_skipped + item.items_failed
    return item.items_listed > decided and Outcome.objects.filter(item=item, outcome=OutcomeKind.LISTED.value).exists()


def _complete(
    ledger: WriterLedger, running: RunningItem, message: str, *, failure: Kind = Kind.FAILURE, advice: str = ""
) -> None:
    """``failure``: what the files that failed are news of; ``advice``: what somebody has to do about them."""
    item = running.item
    columns = {"progress": 100, "estimated_completion": None, "error_code": "", "error_message": message or None}
    ledger.end(running, Action.COMPLETE, **columns)
    downloader = running.downloader
    if downloader and downloader.newest_first and running.scope and not item.items_failed:
        remember_scope(item, downloader.name, running.scope)
    running.shown_progress = 100
    seconds = max(0, round((ledger.now - (item.started_at or ledger.now)).total_seconds()))
    ledger.event(
        Event("download_progress", progress_data(running, speed=0.0, eta_seconds=0), key=progress_key(item.pk)),
        download_completed(item, seconds),
    )
    note = _completed_note(item, failure, advice)
    ledger.notify(note)
    log_of(item.platform).info(note.message, queue_id=item.pk, files=item.items_downloaded, seconds=seconds)


def _fail(ledger: WriterLedger, running: RunningItem, code: str, detail: str, kind: Kind) -> None:
    item = running.item
    columns = {"error_code": code[:40], "error_message": detail, "estimated_completion": None}
    ledger.end(running, Action.FAIL, **columns, progress=running.shown_progress)
    title = "Action Needed" if kind is Kind.NEEDS_PERSON else "Download Failed"
    note = Note(kind, title, f"{item.source}: {detail}", "/queue", "View Queue", Level.ERROR)
    refused = refused_cookies_note(item.platform, item.url) if code == "LOGIN_REQUIRED" else None
    ledger.notify(refused or note)
    log_of(item.platform).warning(f"Failed: {note.message}", queue_id=item.pk, error=code)


def _completed_note(item: QueueItem, failure: Kind, advice: str) -> Note:
    files = item.items_downloaded
    noun = item.content_type or "files"
    message = f"Downloaded {files} {noun if files != 1 else noun.removesuffix('s')} from {item.source}"
    kind, level, title = Kind.SUCCESS, Level.SUCCESS, "Download Complete"
    if not files:
        message = f"Nothing new from {item.source}"
    if item.items_failed:
        kind, level, message = failure, Level.WARNING, f"{message}; {item.items_failed} failed"
    dismiss: int | None = _DISMISS_SECONDS
    if advice:
        title, message, dismiss = "Action Needed", f"{message}. {advice}", None
    link = f"/history?source={quote(item.source, safe='')}"
    is_news = bool(files or item.items_failed)
    return Note(kind, title, message, link, "View Downloads", level, dismiss, pages_only=not is_news)


def _last_failure(item: QueueItem, *, needed: bool) -> tuple[str, str]:
    if not needed:
        return "", ""
    row = Outcome.objects.filter(item=item, outcome=OutcomeKind.LISTED.value).exclude(reason="").order_by("position")
    return row.values_list("reason", "detail").first() or ("", "")
