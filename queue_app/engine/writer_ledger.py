"""The committer's ledger: it writes the rows of all items that it touched with two statements."""

from collections.abc import Iterable, Sequence
from typing import Any

from queue_app.batch_rows import insert_new, update_rows
from queue_app.callbacks import tell_items_ended
from queue_app.engine.running import RunningItem
from queue_app.ledger import Ledger, columns_for
from queue_app.models import Attempt, Outcome, QueueItem
from queue_app.queue_events import queue_updated
from queue_app.states import ENDED, Action, Status, target

_RUNNING_COLUMNS = (
    "listing_ended",
    "listing_cursor",
    "items_total",
    "items_listed",
    "items_downloaded",
    "items_skipped",
    "items_failed",
    "progress",
    "estimated_completion",
    "used_downloader",
    "deaths",
    "deaths_alone",
)
_ENDING_COLUMNS = (
    *_RUNNING_COLUMNS,
    "status",
    "list_rank",
    "list_order",
    "attempts",
    "ended_at",
    "next_attempt_at",
    "reason",
    "error_code",
    "error_message",
    "lease_worker",
    "lease_expires_at",
    "fence",
)
_STILL_OURS = "fence = %s AND status = 'downloading'"


TRIES_KEPT = 50  # in the log of one item, however often it waited


class LostLeaseError(Exception):
    """A row that was locked changed all the same; the transaction must not be committed."""


class WriterLedger(Ledger):
    """A transaction of the committer. Only items that :meth:`hold` found held may be written."""

    def __init__(self) -> None:
        super().__init__()
        self._touched: dict[RunningItem, int] = {}
        self._ending: dict[RunningItem, int] = {}
        self._outcomes: list[Outcome] = []

    def hold(self, items: Iterable[RunningItem]) -> set[RunningItem]:
        """Lock the rows of ``items``; those whose lease is not this worker's any more are lost."""
        by_id = {running.item.pk: running for running in items if not running.over}
        rows = QueueItem.objects.select_for_update().filter(pk__in=by_id, status=Status.DOWNLOADING.value)
        found = {pk: (fence, priority) for pk, fence, priority in rows.values_list("pk", "fence", "priority")}
        held = set()
        for pk, running in by_id.items():
            fence, priority = found.get(pk, (-1, 0))
            if running.lost or fence != running.item.fence:
                running.lost = True
            else:
                running.item.priority = priority
                held.add(running)
        return held

    def save(self, running: RunningItem) -> None:
        """Write the counters and the listing's state of a held item."""
        self._touched.setdefault(running, running.item.fence)

    def add_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Insert what a listing found."""
        self._outcomes.extend(outcomes)

    def end(self, running: RunningItem, action: Action, **columns: Any) -> None:
        """Change the status of a held item by the truth table; it is not this worker's any more.

        Raises:
            InvalidTransitionError: the truth table has no such cell.
        """
        item = running.item
        before = Status(item.status)
        after = target(before, action)
        values = columns_for(after, priority=item.priority, now=self.now)
        values |= {"next_attempt_at": None, "reason": "", "fence": item.fence + 1} | columns
        self._ending[running] = item.fence
        for name, value in values.items():
            setattr(item, name, value)
        self.moved(item.platform, before, after)
        self.event(queue_updated("updated", item))

    def write_listed(self) -> None:
        """Insert the outcomes so far; before what follows from them is written."""
        insert_new(self._outcomes)
        self._outcomes = []

    def write_rows(self) -> None:
        """Write everything that was changed so far.

        Raises:
            LostLeaseError: not every row was ours.
        """
        self.write_listed()
        touched = [(one.item, fence) for one, fence in self._touched.items() if one not in self._ending]
        ending = [(one.item, fence) for one, fence in self._ending.items()]
        self._touched, self._ending = {}, {}
        written = update_rows(touched, _RUNNING_COLUMNS, condition=_STILL_OURS)
        written += update_rows(ending, _ENDING_COLUMNS, condition=_STILL_OURS)
        if written != len(touched) + len(ending):
            raise LostLeaseError
        self._close_tries([item for item, _fence in ending])
        tell_items_ended([item for item, _fence in ending if item.status in ENDED])

    def close(self) -> None:
        """Write the rows, then counts and events."""
        self.write_rows()
        super().close()

    def _close_tries(self, items: Sequence[QueueItem]) -> None:
        """The end of each try, into its log; those without an error all at once."""
        groups: dict[tuple[str, str | None], list[int]] = {}
        for item in items:
            message = item.error_message if item.error_code else None
            groups.setdefault((item.error_code, message), []).append(item.pk)
        for item in items:
            if item.status not in ENDED:
                _forget_old_tries(item)
        for (code, message), ids in groups.items():
            Attempt.objects.filter(item_id__in=ids, ended_at__isnull=True).update(
                ended_at=self.now, error_code=code, error_message=message
            )


def _forget_old_tries(item: QueueItem) -> None:
    """An item that waits for a budget again and again has a try for each time."""
    old = Attempt.objects.filter(item=item).order_by("-id").values_list("pk", flat=True)[TRIES_KEPT : TRIES_KEPT + 1]
    for newest_old in old:
        Attempt.objects.filter(item=item, pk__lte=newest_old).delete()
