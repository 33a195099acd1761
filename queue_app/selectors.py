"""What reads the queue: lists, one item, its outcomes and tries, and the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from mediadl import clock
from mediadl.api.errors import InvalidFieldsError, NotFoundError
from queue_app.item_json import items_json
from queue_app.ledger import order_of_end
from queue_app.models import Attempt, Outcome, QueueCount, QueueItem, TransferSlot
from queue_app.states import LIST_RANK, Status

__all__ = [
    "SORTS",
    "OutcomePage",
    "QueuePage",
    "attempts_log",
    "counts",
    "get_item",
    "item_json",
    "items_json",
    "list_items",
    "outcomes",
    "stats",
]

SHOWN_ORDER = ("list_rank", "list_order", "id")
_SORT_COLUMNS = {
    "created_date": ("id",),  # the same order, and indexed
    "priority": ("priority", "id"),
    "platform": ("platform", *SHOWN_ORDER),
    "source": ("source", "id"),
    "status": ("status", "list_order", "id"),
}
SORTS = tuple(word for name in _SORT_COLUMNS for word in (name, f"-{name}"))
_WAIT_SAMPLE_ITEMS = 100  # a page asks once a second while the queue runs
_RATE_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the list; ``counts`` ignore the status filter but keep the platform's."""

    items: list[dict[str, Any]]
    total: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """One page of an item's outcomes, in the order of the listing."""

    rows: list[dict[str, Any]]
    total: int


def item_json(item: QueueItem) -> dict[str, Any]:
    """One item in the API's shape."""
    return items_json([item])[0]


def list_items(*, status: str = "", platform: str = "", sort: str = "", page: int = 1, per_page: int = 50) -> QueuePage:
    """One page of the queue: running, waiting as they will start, paused, then ended ones.

    Raises:
        InvalidFieldsError: ``sort`` is not one of :data:`SORTS`.
    """
    rows = QueueItem.objects.all()
    if status:
        rows = rows.filter(status=status)
    if platform:
        rows = rows.filter(platform=platform)
    numbers = counts(platform)
    total = numbers.get(status, 0) if status else sum(numbers.values())
    start = (page - 1) * per_page
    shown = list(rows.order_by(*_order(sort, status))[start : start + per_page]) if start < total else []
    return QueuePage(items_json(shown), total, numbers)


def counts(platform: str = "") -> dict[str, int]:
    """How many items there are in each status."""
    rows = QueueCount.objects.all()
    if platform:
        rows = rows.filter(platform=platform)
    found = dict(rows.values_list("status").annotate(total=Sum("n")))
    return {status.value: int(found.get(status.value) or 0) for status in Status}


def get_item(item_id: int) -> QueueItem:
    """One item.

    Raises:
        NotFoundError: there is none.
    """
    item = QueueItem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotFoundError(f"There is no queue item {item_id}.")
    return item


def outcomes(*, item_id: int, page: int = 1, per_page: int = 50) -> OutcomePage:
    """What became of an item's media, in the order of the listing."""
    rows = Outcome.objects.filter(item_id=item_id)
    names = ("media_id", "url", "media_url", "outcome", "reason", "detail", "download_id")
    start = (page - 1) * per_page
    listed = QueueItem.objects.filter(pk=item_id).values_list("items_listed", flat=True).first() or 0
    return OutcomePage(list(rows.order_by("position", "id").values(*names)[start : start + per_page]), listed)


def attempts_log(item_id: int) -> list[dict[str, Any]]:
    """An item's tries, oldest first."""
    rows = Attempt.objects.filter(item_id=item_id).order_by("started_at", "id")
    return [
        {
            "started_at": clock.isoformat_seconds(row.started_at),
            "ended_at": clock.isoformat_seconds(row.ended_at) if row.ended_at else None,
            "worker": row.worker,
            "error_code": row.error_code or None,
            "error_message": row.error_message,
        }
        for row in rows
    ]


def stats() -> dict[str, Any]:
    """The queue's statistics in the API's shape."""
    now = clock.now()
    numbers = counts()
    waiting = numbers[Status.PENDING.value] + numbers[Status.DOWNLOADING.value]
    completion = _estimated_completion(waiting, now)
    return {
        "total": sum(numbers.values()),
        **{name: numbers[name] for name in ("pending", "downloading", "completed", "failed", "paused", "cancelled")},
        "avg_wait_time_seconds": _average_wait_seconds(now),
        "estimated_completion": clock.isoformat_seconds(completion) if completion else None,
        "active_workers": min(
            numbers[Status.DOWNLOADING.value],
            TransferSlot.objects.filter(worker__isnull=False, expires_at__gt=now).count(),
        ),
    }


def _order(sort: str, status: str) -> Sequence[str]:
    if not sort:
        return SHOWN_ORDER if not status else SHOWN_ORDER[1:]
    if sort not in SORTS:
        raise InvalidFieldsError({"sort": [f"Must be one of: {', '.join(SORTS)}."]})
    columns = _SORT_COLUMNS[sort.removeprefix("-")]
    return [f"-{column}" for column in columns] if sort.startswith("-") else columns


def _average_wait_seconds(now: datetime) -> int:
    """Over the newest items started in the last 24 hours."""
    rows = (
        QueueItem.objects.filter(started_at__isnull=False, started_at__gt=now - timedelta(hours=24))
        .order_by("-started_at")
        .values_list("created_date", "started_at")[:_WAIT_SAMPLE_ITEMS]
    )
    waits = [max(0.0, (started - created).total_seconds()) for created, started in rows if started]
    return round(sum(waits) / len(waits)) if waits else 0


def _estimated_completion(waiting: int, now: datetime) -> datetime | None:
    """From how many items ended lately; None when nothing waits or nothing ended."""
    if not waiting:
        return None
    since = now - _RATE_WINDOW
    ended = QueueItem.objects.filter(list_rank=LIST_RANK[Status.COMPLETED], list_order__lt=order_of_end(since)).count()
    if not ended:
        return None
    return now + _RATE_WINDOW * (waiting / ended)
