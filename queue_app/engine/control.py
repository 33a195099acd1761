"""Watching what runs: paused, cancelled, deleted or taken over items stop; a refusing disk stops all."""

import threading

import structlog

from downloads.media_root import current_root
from downloads.partial import discard_partials_of
from mediadl.plain_sql import marks, select, table_of
from queue_app.blocks import HOST_PREFIX
from queue_app.engine.committer import Committer
from queue_app.engine.disk_pause import DISK_REASON, review_disk_pause
from queue_app.engine.ending import release
from queue_app.engine.feed import Feed
from queue_app.engine.partial_keys import key_of_media
from queue_app.engine.reaper import reap
from queue_app.engine.running import RunningItem
from queue_app.engine.timing import CONTROL_POLL_SECONDS, REAP_SECONDS
from queue_app.engine.writer_ledger import WriterLedger
from queue_app.models import HostWait, QueueItem
from queue_app.states import Status

_REASONS = {Status.PAUSED.value: "pause", Status.CANCELLED.value: "cancel"}
log = structlog.get_logger("Queue")


class Control:
    """Looks at the rows of what runs, and brings stopped items to their end."""

    def __init__(self, feed: Feed, committer: Committer) -> None:
        self._feed = feed
        self._committer = committer
        self._disk_refused = threading.Event()
        self._polled_at = self._reaped_at = float("-inf")

    def expect_waits(self) -> None:
        """The feed learns which hosts were told to wait, and how long."""
        rows = HostWait.objects.filter(key__startswith=HOST_PREFIX).values_list("key", "until")
        self._feed.expect_waits({key.removeprefix(HOST_PREFIX): until for key, until in rows})

    def look(self, now: float) -> None:
        """Poll if it is time to."""
        if self._disk_refused.is_set():
            self._disk_refused.clear()
            self.hand_back_all(DISK_REASON)
        if now - self._polled_at >= CONTROL_POLL_SECONDS:
            self._polled_at = now
            watch_fences(self._feed.running())
        if now - self._reaped_at >= REAP_SECONDS:
            self._reaped_at = now
            reap()
            review_disk_pause()
        self.unwind()

    def disk_refused(self) -> None:
        """A file could not be written: everything is handed back (from any thread)."""
        self._disk_refused.set()

    def hand_back_all(self, reason: str) -> None:
        """Stop everything that runs and give it back to the queue; ``reason`` is shown."""
        for running in self._feed.running():
            if running.hand_back is None and not running.lost:
                running.hand_back = reason
                running.stop.stop("shutdown")

    def leave_all(self) -> None:
        """Stop everything that runs and write nothing of it any more: the reaper takes it when its leases end."""
        for running in self._feed.running():
            running.lost = True
            running.stop.stop("shutdown")

    def unwind(self) -> None:
        """Bring stopped items whose transfers have ended to their end."""
        for running in self._feed.running():
            if running.stop.is_set() and not running.ending and self._feed.abandon(running):
                if running.lost or running.hand_back is None:
                    self._feed.remove_items([running])
                else:
                    self.give_back(running)

    def give_back(self, running: RunningItem) -> None:
        """Release an item with its partial files; waits until that is committed."""
        running.ending = True

        def job(ledger: WriterLedger) -> None:
            if running.is_held:
                release(ledger, running, reason=running.hand_back or "", again_at=None)

        try:
            self._committer.submit(job, owners=[running]).result()
        except Exception:
            log.exception("An item could not be given back; its lease will expire", queue_id=running.item.pk)
        running.over = True
        self._feed.remove_items([running])


def watch_fences(items: list[RunningItem]) -> None:
    """Stop the items whose row is gone, or whose lease is not this worker's any more."""
    if not items:
        return
    ids = [running.item.pk for running in items]
    found = select(f"SELECT id, status, fence FROM {table_of(QueueItem)} WHERE id IN ({marks(ids)})", ids)  # noqa: S608
    rows = {pk: (status, fence) for pk, status, fence in found}
    for running in items:
        if running.ending or running.over or running.stop.is_set():
            continue
        row = rows.get(running.item.pk)
        if row is None:
            running.lost = True
            running.stop.stop("delete")
            _discard_partials(running)
        elif row[1] != running.item.fence:
            running.lost = True
            running.stop.stop(_REASONS.get(row[0], "fence"))


def _discard_partials(running: RunningItem) -> None:
    """A deleted item's temporary files go; one may have been made after the row was deleted."""
    tasks = [*running.in_flight, *running.ready, *running.later]
    discard_partials_of(current_root(), [key_of_media(running.item.platform, task.media) for task in tasks])
