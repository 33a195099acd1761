"""Events as they are sent: read from the outbox in the order of ``seq``, encoded once for everybody."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Max

from mediadl import clock
from mediadl.events.models import Audience, OutboxEvent, OutboxTrim
from mediadl.events.services import KEEP

BATCH_ROWS = 500
_CHUNK_ROWS = 4  # events can be long; no more of them than needed are in memory at once


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event, ready to be sent; the text is shared by all sockets that get it."""

    seq: int
    text: str
    key: str | None
    admins_only: bool


def newest_seq() -> int:
    """The ``seq`` of the newest committed event; 0 if there is none."""
    return OutboxEvent.objects.aggregate(newest=Max("id"))["newest"] or 0


def deliveries_after(
    seq: int, *, limit: int = BATCH_ROWS, not_before: datetime | None = None, most_bytes: int | None = None
) -> list[Delivery]:
    """The next events after ``seq``, at most ``limit``, oldest first.

    With ``not_before`` older ones are left out. With ``most_bytes`` the last one is the first that
    goes beyond it, and those behind it are not read.
    """
    rows = OutboxEvent.objects.filter(id__gt=seq).order_by("id")
    if not_before is not None:
        rows = rows.filter(created_at__gte=not_before)
    columns = rows.values_list("id", "type", "created_at", "audience", "key", "data")[:limit]
    if most_bytes is None:
        return [_delivery(*row) for row in columns]
    deliveries: list[Delivery] = []
    rows_read: Any = columns.iterator(chunk_size=_CHUNK_ROWS)  # a generator; Django's types do not say so
    with closing(rows_read):
        for row in rows_read:
            deliveries.append(_delivery(*row))
            most_bytes -= len(deliveries[-1].text)
            if most_bytes < 0:
                break
    return deliveries


def is_replayable(since: int) -> bool:
    """Whether every event after ``since`` is still here and no older than an hour.

    A ``since`` that was never given out (another data folder's, say) is not.
    """
    trimmed_to = OutboxTrim.objects.values_list("trimmed_to", flat=True).first() or 0
    if since < trimmed_to or since > newest_seq():
        return False
    return not OutboxEvent.objects.filter(id__gt=since, created_at__lt=oldest_replayed()).exists()


def oldest_replayed() -> datetime:
    """Events from before this moment are not replayed."""
    return clock.now() - KEEP


def visible(deliveries: Sequence[Delivery], *, is_admin: bool) -> list[Delivery]:
    """Those of ``deliveries`` that a client may see."""
    return [delivery for delivery in deliveries if is_admin or not delivery.admins_only]


def _delivery(seq: int, kind: str, created_at: datetime, audience: str, key: str | None, data: str) -> Delivery:
    event = {
        "type": kind,
        "timestamp": clock.isoformat_milliseconds(created_at),
        "data": orjson.Fragment(data),
        "seq": seq,
    }
    return Delivery(seq, orjson.dumps(event).decode(), key, audience == Audience.ADMINS)
