"""Telling something: to open pages at once, to the outbox for all other channels.

All of it in the transaction that makes it true, so nothing is told that did not happen, and nothing
that happened is lost.
"""

from collections.abc import Iterable, Sequence, Set
from typing import Any

from django.db import connection, transaction

from mediadl import clock
from mediadl.configuration.selectors import value
from mediadl.events.services import Event, publish_many
from mediadl.notifications.kinds import Kind, Level, Note
from mediadl.notifications.models import Channel, Message
from mediadl.notifications.targets import targets

_TITLE_CHARACTERS = 200
_MESSAGE_CHARACTERS = 4000
_LINK_CHARACTERS = 2000


def notify(
    kind: Kind | str,
    title: str,
    message: str,
    link: str = "",
    *,
    label: str = "",
    level: Level | None = None,
    auto_dismiss_seconds: int | None = None,
) -> None:
    """Tell everybody one thing, inside the transaction that makes it true.

    Raises:
        transaction.TransactionManagementError: there is no transaction.
    """
    note = Note(Kind(kind), title, message, link, label, level, auto_dismiss_seconds)
    publish_many(record([note]))


def record(notes: Sequence[Note]) -> list[Event]:
    """Write ``notes`` into the outbox; answers the events that the caller publishes at its transaction's end.

    Which channels hear of them is decided here and now, by the settings; nowhere else.

    Raises:
        transaction.TransactionManagementError: there is no transaction.
    """
    if not notes:
        return []
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "notes are written inside the transaction that makes them true: use transaction.atomic()"
        )
    news = [note for note in notes if not note.pages_only]
    heard = targets() if news else []
    rows = [row for target in heard for row in _rows(news, target.channel, target.name, target.kinds)]
    if rows:
        Message.objects.bulk_create(rows)
    return [_event(note) for note in notes] if value("notifications.browser.enabled") else []


def _rows(notes: Iterable[Note], channel: Channel, target: str, kinds: Set[str]) -> list[Message]:
    now = clock.now()
    return [
        Message(
            channel=channel,
            target=target,
            kind=note.kind,
            level=note.shown_level,
            title=_storable(note.title, _TITLE_CHARACTERS),
            message=_storable(note.message, _MESSAGE_CHARACTERS),
            link=_storable(note.link, _LINK_CHARACTERS),
            created_at=now,
        )
        for note in notes
        if note.kind in kinds
    ]


def _storable(text: str, length: int) -> str:
    """Text from a site may hold what no database and no JSON reader takes."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:length]


def _event(note: Note) -> Event:
    action: dict[str, Any] | None = {"label": note.label, "link": note.link} if note.link else None
    return Event(
        "notification",
        {
            "kind": note.kind.value,
            "level": note.shown_level.value,
            "title": note.title,
            "message": note.message,
            "action": action,
            "auto_dismiss_seconds": note.auto_dismiss_seconds,
        },
    )
