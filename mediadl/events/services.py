"""Writing events into the outbox, inside the transaction that makes them true."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction

from mediadl import clock, failpoints
from mediadl.events.models import Audience, OutboxEvent, OutboxTrim
from mediadl.plain_sql import as_stored, insert, marks, pieces, table_of

KEEP = timedelta(hours=1)
TRIM_BATCH_ROWS = 1000
LOG_MESSAGE_CHARACTERS = 4000
_COLUMNS = ("type", "created_at", "audience", "key", "data")
# Any constant will do; it only has to be the same in every process of the installation.
_COMMIT_ORDER_LOCK = 0x6D_65_64_69_61_64_6C


@dataclass(frozen=True, slots=True)
class Event:
    """One event to be published.

    Attributes:
        type: one of the specification's event types (``queue_updated``, ...).
        data: JSON values, in the shape of the specification's example.
        audience: who may see it.
        key: the event replaces the one published before with the same key.
        at: when it happened; the present moment if left out.
    """

    type: str
    data: Mapping[str, Any]
    audience: Audience = Audience.EVERYONE
    key: str | None = None
    at: datetime | None = None


def publish(
    type: str,
    data: Mapping[str, Any],
    *,
    audience: Audience = Audience.EVERYONE,
    key: str | None = None,
) -> None:
    """Write one event into the outbox (see :func:`publish_many`)."""
    publish_many([Event(type, data, audience, key)])


def publish_many(events: Iterable[Event]) -> None:
    """Write events into the outbox, in order; a row with the same key is replaced.

    Must be called inside the transaction that makes the events true, as late in it as possible:
    on PostgreSQL writers wait for each other from here to their commit, so that ``seq`` rises in
    the order of the commits and a reader that asks for "after N" misses nothing. (On SQLite there
    is one writer at a time anyway.)

    Raises:
        transaction.TransactionManagementError: there is no transaction.
    """
    rows = _rows(events)
    if not rows:
        return
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "events are published inside the transaction that makes them true: use transaction.atomic()"
        )
    failpoints.reach("events.before_publish")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_COMMIT_ORDER_LOCK])
    keys = [key for _type, _at, _audience, key, _data in rows if key is not None]
    for some in pieces(keys, 1):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table_of(OutboxEvent)} WHERE key IN ({marks(some)})", some)  # noqa: S608
    insert(OutboxEvent, _COLUMNS, rows)


def log_event(*, level: str, module: str, message: str, at: datetime | None = None) -> Event:
    """A log line as an event for admins; a very long message is cut."""
    if len(message) > LOG_MESSAGE_CHARACTERS:
        message = message[: LOG_MESSAGE_CHARACTERS - 1] + "…"
    return Event("log", {"level": level, "module": module, "message": message}, audience=Audience.ADMINS, at=at)


def publish_log(*, level: str, module: str, message: str, at: datetime | None = None) -> None:
    """Publish one log line to admins, inside the transaction that stores its row.

    Nothing here logs, so a log handler may call it. For a batch of lines use
    ``publish_many([log_event(...), ...])``.
    """
    publish_many([log_event(level=level, module=module, message=message, at=at)])


def trim_outbox(older_than: timedelta = KEEP, *, max_rows: int | None = None) -> int:
    """Delete events older than ``older_than`` in small transactions; returns how many went.

    ``max_rows``: leave the rest for the next time once so many went.

    The newest event always stays: the table's newest ``seq`` must never fall back.
    """
    before = clock.now() - older_than
    newest = OutboxEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    old = OutboxEvent.objects.filter(created_at__lt=before, id__lt=newest).order_by("id")
    trimmed = 0
    while ids := list(old.values_list("id", flat=True)[:TRIM_BATCH_ROWS]):
        with transaction.atomic():
            state, _ = OutboxTrim.objects.get_or_create(id=1)
            state.trimmed_to = max(state.trimmed_to, ids[-1])
            state.save()
            trimmed += OutboxEvent.objects.filter(id__in=ids).delete()[0]
        if max_rows is not None and trimmed >= max_rows:
            break
    return trimmed


def _rows(events: Iterable[Event]) -> list[tuple[str, Any, str, str | None, str]]:
    """The rows to insert, in the order of ``_COLUMNS``; of several events with one key only the last."""
    listed = list(events)
    last_with_key = {event.key: index for index, event in enumerate(listed) if event.key is not None}
    now = clock.now()
    return [
        (event.type, as_stored(event.at or now), str(event.audience), event.key, _json(event.data))
        for index, event in enumerate(listed)
        if event.key is None or last_with_key[event.key] == index
    ]


def _json(data: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(dict(data)).decode()
    except orjson.JSONEncodeError:
        # Text from a site may hold lone surrogates, which no JSON reader accepts.
        return orjson.dumps(_without_surrogates(data)).decode()


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {str(_without_surrogates(key)): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_without_surrogates(item) for item in value]
    return value
