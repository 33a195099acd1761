"""Removing items: one in any status, or all that ended; files that are finished stay."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from downloads.media_root import current_root
from downloads.partial import discard_partials_of
from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError, NotFoundError
from mediadl.media import OutcomeKind
from queue_app.actor import Actor
from queue_app.callbacks import tell_items_ended
from queue_app.engine.partial_keys import key_of_outcome
from queue_app.ledger import Ledger, order_of_end
from queue_app.models import Attempt, HostWait, Outcome, QueueItem
from queue_app.queue_events import queue_cleared, queue_updated
from queue_app.states import ACTIVE, ENDED, LIST_RANK, Status

CLEAR_BATCH_ROWS = 500  # so that no writer waits long behind a large clear
_KEYS_BATCH = 500
KEEP_ENDED = timedelta(days=180)
KEEP_WAITS = timedelta(days=1)


def delete(*, item_id: int, user: Actor = None) -> None:
    """Remove an item in any status; a running transfer stops and its temporary files go.

    Raises:
        NotFoundError: there is no such item.
    """
    with Ledger() as ledger:
        item = QueueItem.objects.select_for_update().filter(pk=item_id).first()
        if item is None:
            raise NotFoundError(f"There is no queue item {item_id}.")
        keys = _partial_keys(item)
        before = Status(item.status)
        _delete_rows([item_id])
        ledger.moved(item.platform, before, None)
        ledger.event(queue_updated("removed", item))
        audit(user, "queue.delete", str(item_id), {"url": item.url})
        if before in ACTIVE:
            item.status = Status.CANCELLED.value
            tell_items_ended([item])
        transaction.on_commit(lambda: _discard(keys))


def clear(*, statuses: Sequence[str] = ("completed", "failed"), user: Actor = None) -> int:
    """Remove all items that ended with one of ``statuses``; returns how many.

    Raises:
        InvalidFieldsError: a status is not one that items end with.
    """
    ended = {status.value for status in ENDED}
    if not statuses or not set(statuses) <= ended:
        raise InvalidFieldsError({"status": [f"Must be a list of: {', '.join(sorted(ended))}."]})
    deleted = 0
    while count := _clear_batch(QueueItem.objects.filter(status__in=sorted(set(statuses)))):
        deleted += count
    with Ledger() as ledger:
        ledger.event(queue_cleared(sorted(set(statuses)), deleted))
        audit(user, "queue.clear", "", {"status": sorted(set(statuses)), "deleted": deleted})
    return deleted


def trim_queue(older_than: timedelta = KEEP_ENDED) -> int:
    """Remove one batch of items that ended longer ago, and waits that are long over; returns how many.

    The library keeps what they stored; only the record of the request goes.
    """
    before = clock.now() - older_than
    HostWait.objects.filter(until__lt=clock.now() - KEEP_WAITS).delete()
    old = QueueItem.objects.filter(list_rank=LIST_RANK[Status.COMPLETED], list_order__gt=order_of_end(before))
    return _clear_batch(old)


def _clear_batch(ended: QuerySet[QueueItem]) -> int:
    with Ledger() as ledger:
        rows = list(ended.select_for_update().values_list("pk", "platform", "status")[:CLEAR_BATCH_ROWS])
        keys = [key for pk, _platform, status in rows if status != Status.COMPLETED for key in _keys_of(pk)]
        _delete_rows([pk for pk, _platform, _status in rows])
        for _pk, platform, status in rows:
            ledger.moved(platform, Status(status), None)
        transaction.on_commit(lambda: _discard(keys))
    return len(rows)


def _delete_rows(ids: list[int]) -> None:
    """Without Django's collector, which would read every outcome first."""
    for model in (Outcome, Attempt):
        rows = model._default_manager.filter(item_id__in=ids)
        rows._raw_delete(rows.db)
    items = QueueItem.objects.filter(pk__in=ids)
    items._raw_delete(items.db)


def _partial_keys(item: QueueItem) -> list[str]:
    return [] if item.status == Status.COMPLETED else list(_keys_of(item.pk))


def _keys_of(item_id: int) -> Iterable[str]:
    """The partial files that may be there: of all media that were not finished."""
    unfinished = [OutcomeKind.LISTED.value, OutcomeKind.FAILED.value]
    rows = Outcome.objects.filter(item_id=item_id, outcome__in=unfinished).select_related("item")
    return [key_of_outcome(outcome) for outcome in rows.iterator(_KEYS_BATCH)]


def _discard(keys: list[str]) -> None:
    if keys:
        discard_partials_of(current_root(), keys)
