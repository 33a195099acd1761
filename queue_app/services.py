"""What changes the queue: each function one transaction with its count, events and audit entry."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError

from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError, NotFoundError, TransitionRefusedError
from queue_app import adding
from queue_app.actor import Actor
from queue_app.all_at_once import AllAtOnce, pause_all, resume_all
from queue_app.bulk import BulkError, BulkResult, run_bulk
from queue_app.importing import ImportedLine, import_urls
from queue_app.ledger import Ledger
from queue_app.models import QueueItem
from queue_app.queue_events import queue_updated
from queue_app.removal import clear, delete
from queue_app.requests import check_request, checked_priority
from queue_app.requeue import columns_to_resume, give_try_back, prepare_retry
from queue_app.states import ACTIVE, Action, InvalidTransitionError, Status
from queue_app.wakeup import wake_drain

__all__ = [
    "AllAtOnce",
    "BulkError",
    "BulkResult",
    "ImportedLine",
    "bulk",
    "cancel",
    "clear",
    "delete",
    "enqueue",
    "import_urls",
    "pause",
    "pause_all",
    "resume",
    "resume_all",
    "retry",
    "set_priority",
    "update",
]

_TRIES = 10  # how often a change is tried again when a worker changed the item in between
_WORDS = {
    Action.PAUSE: "paused",
    Action.RESUME: "resumed",
    Action.CANCEL: "cancelled",
    Action.RETRY: "retried",
}


def enqueue(
    *,
    url: str,
    platform: str = "",
    source: str = "",
    content_type: str = "",
    downloader: str = "",
    priority: int | None = None,
    max_downloads: int | None = None,
    days_back: int | None = None,
    referer: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    user: Actor = None,
) -> QueueItem:
    """Add a request; a worker starts on it as soon as one is free.

    Raises:
        InvalidFieldsError: a field cannot be used.
        PlatformDisabledError: the platform or downloader is switched off.
        DuplicateError: the same request is still active.
    """
    request = check_request(
        url=url,
        platform=platform,
        source=source,
        content_type=content_type,
        downloader=downloader,
        priority=priority,
        max_downloads=max_downloads,
        days_back=days_back,
        referer=referer,
        metadata=metadata,
    )
    return adding.add(request, user)


def pause(*, item_id: int, user: Actor = None) -> QueueItem:
    """Hold a waiting or running item; what is on disk stays. Raises as :func:`cancel`."""
    return _act(item_id, Action.PAUSE, user, give_try_back)


def resume(*, item_id: int, user: Actor = None) -> QueueItem:
    """Let a paused item run again; one that waits for a retry starts now. Raises as :func:`cancel`."""
    return _act(item_id, Action.RESUME, user, columns_to_resume)


def cancel(*, item_id: int, user: Actor = None) -> QueueItem:
    """End an active item; a running transfer stops within two seconds.

    Raises:
        NotFoundError: there is no such item.
        TransitionRefusedError: its status does not allow it.
    """
    return _act(item_id, Action.CANCEL, user, lambda _item: {})


def retry(*, item_id: int, user: Actor = None) -> QueueItem:
    """Try a failed or cancelled item again: what failed or is missing, without listing again.

    Raises:
        NotFoundError, TransitionRefusedError: as :func:`cancel`.
        DuplicateError: the same request is active already.
    """
    try:
        return _act(item_id, Action.RETRY, user, prepare_retry)
    except IntegrityError:
        item = QueueItem.objects.get(pk=item_id)
        raise adding.duplicate(adding.active_ones([item]).get(adding.key_of(item))) from None


def set_priority(*, item_id: int, priority: int, user: Actor = None) -> QueueItem:
    """Move an active item in the order of the queue (1 first .. 10 last).

    Raises:
        NotFoundError, InvalidFieldsError: no such item, no such priority.
        TransitionRefusedError: the item has ended.
    """
    checked_priority(priority)
    with Ledger() as ledger:
        changed = QueueItem.objects.filter(pk=item_id, status__in=[status.value for status in ACTIVE]).update(
            priority=priority, list_order=priority
        )
        item = _get(item_id)
        if not changed:
            raise TransitionRefusedError(f"The item is {item.status}; only an active one has a place in the queue.")
        ledger.event(queue_updated("updated", item))
        audit(user, "queue.priority", str(item_id), {"priority": priority})
        wake_drain()
    return item


def update(*, item_id: int, priority: int | None = None, status: str | None = None, user: Actor = None) -> QueueItem:
    """Change priority, status (``paused`` or ``pending``) or both, in one transaction.

    Raises:
        NotFoundError, InvalidFieldsError, TransitionRefusedError: as the functions above.
    """
    actions: dict[str, Callable[..., QueueItem]] = {Status.PAUSED.value: pause, Status.PENDING.value: resume}
    if status is not None and status not in actions:
        raise InvalidFieldsError({"status": ["Must be paused or pending."]})
    with Ledger():
        item = _get(item_id)
        if priority is not None:
            item = set_priority(item_id=item_id, priority=priority, user=user)
        if status is not None and (status != item.status or status == Status.PENDING):
            item = actions[status](item_id=item_id, user=user)
    return item


def bulk(*, action: str, ids: Sequence[int], priority: int | None = None, user: Actor = None) -> BulkResult:
    """The same change of several items; each succeeds or fails for itself.

    ``action``: ``cancel``, ``retry``, ``delete``, ``pause``, ``resume`` or ``priority``.

    Raises:
        InvalidFieldsError: the action is unknown, or ``priority`` is missing.
    """
    changes: dict[str, Callable[[int], object]] = {
        "cancel": lambda pk: cancel(item_id=pk, user=user),
        "retry": lambda pk: retry(item_id=pk, user=user),
        "delete": lambda pk: delete(item_id=pk, user=user),
        "pause": lambda pk: pause(item_id=pk, user=user),
        "resume": lambda pk: resume(item_id=pk, user=user),
        "priority": lambda pk: set_priority(item_id=pk, priority=priority or 0, user=user),
    }
    if action not in changes:
        raise InvalidFieldsError({"action": [f"Must be one of: {', '.join(changes)}."]})
    if action == "priority":
        if priority is None:
            raise InvalidFieldsError({"priority": ["Is needed for this action."]})
        checked_priority(priority)
    return run_bulk(changes[action], ids)


def _act(item_id: int, action: Action, user: Actor, columns: Callable[[QueueItem], dict[str, Any]]) -> QueueItem:
    for _ in range(_TRIES):
        with Ledger() as ledger:
            item = _get(item_id)
            try:
                if ledger.change(item, action, **columns(item)):
                    audit(user, f"queue.{action}", str(item_id), {})
                    wake_drain()
                    return item
            except InvalidTransitionError:
                refusal = f"An item that is {item.status} cannot be {_WORDS[action]}."
                raise TransitionRefusedError(refusal) from None
    raise TransitionRefusedError("The item is changing too fast; try again.")


def _get(item_id: int) -> QueueItem:
    item = QueueItem.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise NotFoundError(f"There is no queue item {item_id}.")
    return item
