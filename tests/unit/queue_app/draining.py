"""Draining over retries, hostile answers, and what users were told."""

import json
from collections.abc import Callable, Mapping

from mediadl.events.models import OutboxEvent
from queue_app.models import QueueItem
from queue_app.states import ENDED
from tests.fakes.http_exchange import Exchange
from tests.unit.queue_app.building import drain, eventually, fresh


def drain_until_ended(item: QueueItem, seconds: float = 20.0) -> None:
    """Drain again and again, as wake-ups do, until the item has ended."""

    def ended() -> bool:
        drain()
        return fresh(item).status in ENDED

    eventually(ended, seconds)


def answer_status(
    status: int,
    *,
    headers: Mapping[str, str] | None = None,
    times: int = 10**9,
    then: bytes = b"",
    kind: str = "image/jpeg",
) -> Callable[[Exchange], None]:
    """Answers ``status`` so many times, then 200 with ``then``; a ``status`` of 200 always with ``then``."""
    seen = 0

    def behave(exchange: Exchange) -> None:
        nonlocal seen
        seen += 1
        if status != 200 and seen <= times:
            exchange.respond(status, b"", headers=dict(headers or {}))
        else:
            exchange.respond(200, then, headers={"Content-Type": kind})

    return behave


def titles() -> list[str]:
    """The notifications so far."""
    rows = OutboxEvent.objects.filter(type="notification").order_by("id")
    return [json.loads(row.data)["title"] for row in rows]
