"""What a transaction did to the queue: changes of status, and with them counts and events, all or nothing.

The one way to change a status: :meth:`Ledger.change` asks the truth table, makes one conditional
UPDATE, and remembers the count and the event; :meth:`Ledger.close` writes those at the end.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from django.db import connection, transaction
from django.db.models import F

from mediadl import clock, failpoints
from mediadl.events.services import Event, publish_many
from mediadl.notifications.kinds import Note
from mediadl.notifications.services import record
from mediadl.plain_sql import table_of
from queue_app.callbacks import tell_items_ended
from queue_app.models import QueueCount, QueueItem
from queue_app.queue_events import queue_updated
from queue_app.states import ENDED, LIST_RANK, Action, Status, target

_MICROSECONDS = 1_000_000


def order_of_end(ended_at: datetime) -> int:
    """The ``list_order`` of an ended item: newest first."""
    return -int(ended_at.astimezone(UTC).timestamp() * _MICROSECONDS)


def columns_for(after: Status, *, priority: int, now: datetime) -> dict[str, Any]:
    """The columns that follow from a status (other than ``downloading``, which a claim sets)."""
    ended = after in ENDED
    return {
        "status": after.value,
        "list_rank": LIST_RANK[after],
        "list_order": order_of_end(now) if ended else priority,
        "ended_at": now if ended else None,
        "lease_worker": None,
        "lease_expires_at": None,
    }


class Ledger:
    """One transaction over the queue; used as a context manager, or inside the caller's own."""

    def __init__(self) -> None:
        self.now = clock.now()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._events: list[Event] = []
        self._notes: list[Note] = []
        self._atomic = transaction.atomic()

    def __enter__(self) -> Self:
        self._atomic.__enter__()
        self.now = clock.now()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self.close()
            except BaseException as raised:
                self._atomic.__exit__(type(raised), raised, raised.__traceback__)
                raise
        self._atomic.__exit__(kind, error, trace)

    def change(self, item: QueueItem, action: Action, **columns: Any) -> bool:
        """Change the status of ``item`` as it was read; False when somebody was faster.

        ``columns`` are set in the same statement. The fence rises when a running item stops being
        its worker's, so nothing that the worker still writes can count.

        Raises:
            InvalidTransitionError: the truth table has no such cell.
        """
        before = Status(item.status)
        after = target(before, action)
        values = columns_for(after, priority=item.priority, now=self.now) | columns
        if after is not Status.PENDING:
            values = {"next_attempt_at": None, "reason": ""} | values
        if before is Status.DOWNLOADING:
            values["fence"] = item.fence + 1
        changed = QueueItem.objects.filter(pk=item.pk, status=before.value, fence=item.fence).update(**values)
        if not changed:
            return False
        for name, value in values.items():
            setattr(item, name, value)
        self.moved(item.platform, before, after)
        self.event(queue_updated("updated", item))
        if after in ENDED:
            tell_items_ended([item])
        return True

    def change_locked(self, items: Sequence[QueueItem], action: Action, **columns: Any) -> None:
        """Change the status of many waiting or paused items in one statement, all to the same one.

        The caller read them in this transaction, locked (``select_for_update``), and none of them runs
        or ends by it: that needs each item's own columns, see :meth:`change`.

        Raises:
            InvalidTransitionError: the truth table has no such cell.
        """
        groups: dict[Status, list[QueueItem]] = {}
        for item in items:
            groups.setdefault(Status(item.status), []).append(item)
        for before, group in groups.items():
            after = target(before, action)
            values = columns_for(after, priority=0, now=self.now) | {"next_attempt_at": None, "reason": ""} | columns
            ids = [item.pk for item in group]
            QueueItem.objects.filter(pk__in=ids).update(**{**values, "list_order": F("priority")})
            for item in group:
                item.status = after.value
                self.moved(item.platform, before, after)
                self.event(queue_updated("updated", item))

    def moved(self, platform: str, before: Status | None, after: Status | None, n: int = 1) -> None:
        """Count ``n`` items of a platform from one status to another; None: from or to nowhere."""
        if before is not None:
            self._counts[platform, before.value] -= n
        if after is not None:
            self._counts[platform, after.value] += n

    def event(self, *events: Event) -> None:
        """Publish at the end of the transaction."""
        self._events.extend(events)

    def notify(self, note: Note) -> None:
        """Tell people at the end of the transaction, through the channels that they chose."""
        self._notes.append(note)

    def close(self) -> None:
        """Write the counts, the notes and the events (last, as the outbox asks)."""
        failpoints.reach("queue.before_commit")
        moves = sorted((platform, status, n) for (platform, status), n in self._counts.items() if n)
        self._counts.clear()
        if moves:
            table = table_of(QueueCount)
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO {table} (platform, status, n) VALUES (%s, %s, %s) "  # noqa: S608 - our own name
                    f"ON CONFLICT (platform, status) DO UPDATE SET n = {table}.n + excluded.n",
                    moves,
                )
        events, self._events = self._events, []
        notes, self._notes = self._notes, []
        publish_many([*events, *record(notes)])
