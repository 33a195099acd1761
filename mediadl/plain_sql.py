"""Statements of the hot path in plain SQL: there the ORM takes longer to build one than the database to run it.

For reads and inserts of many rows in the engine's and the store's inner loops only. Table names come
from the models; values are always parameters.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

_MOST_PARAMETERS = 30_000  # SQLite allows 32,766 in a statement, PostgreSQL 65,535

Row = tuple[Any, ...]
Item = TypeVar("Item")


def table_of(model: type[Model]) -> str:
    """The quoted name of a model's table."""
    return connection.ops.quote_name(model._meta.db_table)


def marks(values: Sequence[Any]) -> str:
    """As many placeholders as there are values, for ``IN (...)``."""
    return ", ".join(["%s"] * len(values))


def select(statement: str, parameters: Sequence[Any]) -> list[Row]:
    """The rows that a statement finds, as the driver gives them: JSON is text, and dates need :func:`as_moment`."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [tuple(row) for row in cursor.fetchall()]


def as_stored(moment: datetime) -> Any:
    """A moment as the database's driver takes it."""
    return connection.ops.adapt_datetimefield_value(moment)


def as_moment(stored: Any) -> datetime:
    """A moment that :func:`select` answered: from SQLite it comes without its zone, UTC, or as text."""
    moment = stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def insert_returning(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    returning: Sequence[str],
    on_conflict: str = "",
) -> list[Row]:
    """Insert rows inside the caller's transaction; answers the columns ``returning`` of each, in no sure order."""
    names, wanted = ", ".join(columns), ", ".join(returning)
    found: list[Row] = []
    for some in pieces(rows, len(columns)):
        places = ", ".join([f"({marks(columns)})"] * len(some))
        found += select(
            f"INSERT INTO {table_of(model)} ({names}) VALUES {places} {on_conflict} RETURNING {wanted}",  # noqa: S608
            [value for row in some for value in row],
        )
    return found


def insert(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], on_conflict: str = "") -> None:
    """Insert rows in their order inside the caller's transaction."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table_of(model)} ({', '.join(columns)}) VALUES ({marks(columns)}) {on_conflict}",  # noqa: S608
            rows,
        )


def pieces(rows: Sequence[Item], parameters: int) -> Iterator[Sequence[Item]]:
    """``rows`` in parts of which one statement takes all; each needs so many parameters."""
    size = _MOST_PARAMETERS // parameters
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
