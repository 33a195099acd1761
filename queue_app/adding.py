"""Putting checked requests into the queue: one at a time, or a list in few transactions."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import DuplicateError
from queue_app import preferences
from queue_app.actor import Actor
from queue_app.batch_rows import insert_new_returning
from queue_app.ledger import Ledger
from queue_app.models import QueueItem
from queue_app.queue_events import queue_updated
from queue_app.requests import QueueRequest
from queue_app.states import ACTIVE, LIST_RANK, Status
from queue_app.wakeup import wake_drain

_ROUNDS = 5
RequestKey = tuple[str, str, str]


def key_of(request: QueueRequest | QueueItem) -> RequestKey:
    """What makes two active requests the same: URL, content type and downloader."""
    return request.url_hash, request.content_type, request.downloader


def add(request: QueueRequest, user: Actor, **columns: Any) -> QueueItem:
    """Store one request as a pending item.

    Raises:
        DuplicateError: the same request is still active.
    """
    try:
        return _insert(request, user, columns)
    except IntegrityError:
        existing = active_ones([request]).get(key_of(request))
        if existing is not None:
            raise duplicate(existing) from None
    return _insert(request, user, columns)  # the other one ended in between


def _insert(request: QueueRequest, user: Actor, columns: dict[str, Any]) -> QueueItem:
    item = new_item(request, user, **columns)
    with Ledger() as ledger:
        item.save(force_insert=True)
        note_added(ledger, item, user)
        wake_drain()
    return item


def new_item(request: QueueRequest, user: Actor, **columns: Any) -> QueueItem:
    """An item that is not saved yet."""
    return QueueItem(
        url=request.url,
        url_hash=request.url_hash,
        host=request.host,
        platform=request.platform,
        downloader=request.downloader,
        source=request.source,
        content_type=request.content_type,
        referer=request.referer,
        priority=request.priority,
        max_downloads=request.max_downloads,
        days_back=request.days_back,
        metadata=dict(request.metadata),
        created_by_id=None if user is None else user.pk,
        status=Status.PENDING.value,
        list_rank=LIST_RANK[Status.PENDING],
        list_order=request.priority,
        max_attempts=preferences.max_attempts(),
        created_date=clock.now(),
        **columns,
    )


def note_added(ledger: Ledger, item: QueueItem, user: Actor) -> None:
    """Count, announce and audit an item that was just saved."""
    ledger.moved(item.platform, None, Status.PENDING)
    ledger.event(queue_updated("added", item))
    audit(user, "queue.add", str(item.pk), {"url": item.url, "platform": item.platform})


def add_many(requests: Sequence[QueueRequest], user: Actor) -> dict[RequestKey, QueueItem | int]:
    """Store several different requests in one transaction; for each the item, or the id of an active one."""
    with Ledger() as ledger:
        found: dict[RequestKey, QueueItem | int] = dict(active_ones(requests))
        added: list[QueueItem] = []
        for _round in range(_ROUNDS):
            if not (wanted := [request for request in requests if key_of(request) not in found]):
                break
            for item in _insert_many([new_item(request, user) for request in wanted]):
                found[key_of(item)] = item
                ledger.moved(item.platform, None, Status.PENDING)
                ledger.event(queue_updated("added", item))
                added.append(item)
            if left := [request for request in wanted if key_of(request) not in found]:
                found |= active_ones(left)  # somebody was faster; where that one has ended by now, once more
        else:
            raise IntegrityError("Items that are not there could not be added.")
        if added:
            audit(user, "queue.import", str(added[0].pk), {"items": len(added)})
            wake_drain()
    return found


def _insert_many(items: Sequence[QueueItem]) -> list[QueueItem]:
    """Insert those that are not active yet; returns them with their ids, in their order."""
    rows = insert_new_returning(items, ("id", "url_hash", "content_type", "downloader"))
    ids: dict[RequestKey, int] = {(url_hash, kind, downloader): pk for pk, url_hash, kind, downloader in rows}
    added = [item for item in items if key_of(item) in ids]
    for item in added:
        item.pk = ids[key_of(item)]
        item._state.adding = False
    return added


def active_ones(requests: Iterable[QueueRequest | QueueItem]) -> dict[RequestKey, int]:
    """The ids of active items with the same key."""
    hashes = {request.url_hash for request in requests}
    rows = QueueItem.objects.filter(Q(url_hash__in=hashes), status__in=[status.value for status in ACTIVE])
    return {
        (url_hash, content_type, downloader): pk
        for url_hash, content_type, downloader, pk in rows.values_list("url_hash", "content_type", "downloader", "pk")
    }


def duplicate(existing: int | None) -> DuplicateError:
    """The error that names the active item."""
    where = "" if existing is None else f" as item {existing}"
    return DuplicateError(existing, f"The same request is in the queue already{where}; wait for it or cancel it.")
