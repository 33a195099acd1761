"""The queue in sections as its page shows them: running, next, paused, ended."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from mediadl.ui.presenters.queue_row import QueueRow, rows_of
from queue_app import selectors as queue
from queue_app.models import QueueItem
from queue_app.states import LIST_RANK, Status

FIRST_ROWS = 50
MORE_ROWS = 100
_ENDED_RANK = LIST_RANK[Status.COMPLETED]


@dataclass(frozen=True, slots=True)
class QueueView:
    """What the page's URL asks for."""

    status: str = ""
    platform: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the list; ``after`` is where "more" goes on, 0 when everything is shown."""

    key: str
    title: str
    mark: str
    statuses: tuple[str, ...]
    rows: list[QueueRow]
    total: int
    first_place: int
    after: int


_SECTIONS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("running", "Running", "running", (Status.DOWNLOADING.value,)),
    ("next", "Next, in the order they start", "waiting", (Status.PENDING.value,)),
    ("paused", "Paused", "paused", (Status.PAUSED.value,)),
    ("ended", "Ended", "done", (Status.COMPLETED.value, Status.FAILED.value, Status.CANCELLED.value)),
)
SECTION_KEYS = tuple(key for key, *_ in _SECTIONS)


def _rows_matching(view: QueueView, statuses: tuple[str, ...]) -> QuerySet[QueueItem]:
    items = QueueItem.objects.filter(status__in=statuses)
    if all(LIST_RANK[Status(status)] == _ENDED_RANK for status in statuses):
        items = items.filter(list_rank=_ENDED_RANK)  # lets one index give the rows in their order
    if view.platform:
        items = items.filter(platform=view.platform)
    if view.search:
        items = items.filter(Q(url__icontains=view.search) | Q(source__icontains=view.search))
    return items.order_by("list_order", "id")


def _wanted(view: QueueView, statuses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(status for status in statuses if not view.status or status == view.status)


def section(view: QueueView, key: str, *, start: int = 0, counts: dict[str, int] | None = None) -> Section | None:
    """One section from the row ``start`` on, or None where nothing of it is asked for."""
    _, title, mark, all_statuses = next(row for row in _SECTIONS if row[0] == key)
    statuses = _wanted(view, all_statuses)
    if not statuses:
        return None
    size = MORE_ROWS if start else FIRST_ROWS
    items = list(_rows_matching(view, statuses)[start : start + size + 1])
    numbers = counts or queue.counts(view.platform)
    total = sum(numbers[status] for status in statuses) if not view.search else start + len(items)
    return Section(
        key=key,
        title=title,
        mark=mark,
        statuses=statuses,
        rows=rows_of(items[:size]),
        total=total,
        first_place=start + 1,
        after=start + size if len(items) > size else 0,
    )


def sections(view: QueueView, counts: dict[str, int]) -> list[Section]:
    """Every section that holds something."""
    found = [section(view, key, counts=counts) for key in SECTION_KEYS]
    return [one for one in found if one is not None and one.rows]


def items_by_id(ids: list[int]) -> list[QueueItem]:
    """The items with these ids that are still there."""
    return list(QueueItem.objects.filter(pk__in=ids))


def tabs(counts: dict[str, int]) -> list[dict[str, Any]]:
    """The page's tabs with their counts; cancelled ones only where there are any."""
    rows = [
        ("", "All", sum(counts.values())),
        ("downloading", "Running", counts["downloading"]),
        ("pending", "Waiting", counts["pending"]),
        ("paused", "Paused", counts["paused"]),
        ("failed", "Failed", counts["failed"]),
        ("completed", "Done", counts["completed"]),
        ("cancelled", "Cancelled", counts["cancelled"]),
    ]
    return [{"status": status, "label": label, "n": n} for status, label, n in rows if n or status != "cancelled"]
