"""Writing many rows with one statement: what the ORM does a row at a time costs too much here."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model

from mediadl.plain_sql import Row, insert, insert_returning, table_of

_PLAIN = (str, int, bool, float)
_NEVER_TWICE = "ON CONFLICT DO NOTHING"


def insert_new(rows: Sequence[Model]) -> None:
    """Insert rows of one model without their ids; those that break a unique constraint are left out."""
    if not rows:
        return
    insert(type(rows[0]), *_columns_and_values(rows), _NEVER_TWICE)


def insert_new_returning(rows: Sequence[Model], returning: Sequence[str]) -> list[Row]:
    """The same; answers the columns ``returning`` of those that were inserted. Ids rise in the rows' order."""
    if not rows:
        return []
    return insert_returning(type(rows[0]), *_columns_and_values(rows), returning, _NEVER_TWICE)


def update_rows(rows: Sequence[tuple[Model, Any]], columns: Sequence[str], *, condition: str) -> int:
    """Write ``columns`` of each row where its id and ``condition`` (with one parameter) fit.

    ``rows`` are pairs of the row and that parameter. Returns how many rows were changed.
    """
    if not rows:
        return 0
    model = rows[0][0]
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    names = ", ".join(f"{_column(field)} = %s" for field in fields)
    values = [(*_values(row, fields), row.pk, parameter) for row, parameter in rows]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table_of(type(model))} SET {names} WHERE id = %s AND {condition}",  # noqa: S608
            values,
        )
        return int(cursor.rowcount)


def _columns_and_values(rows: Sequence[Model]) -> tuple[list[str], list[Row]]:
    fields = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
    return [_column(field) for field in fields], [_values(row, fields) for row in rows]


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _values(row: Model, fields: Sequence[Any]) -> Row:
    """As the driver takes them; only what is no plain value needs its field (which takes ten times as long)."""
    return tuple(
        value
        if value is None or (type(value) in _PLAIN and not isinstance(field, JSONField))
        else field.get_db_prep_save(value, connection)
        for field in fields
        for value in (getattr(row, field.attname),)
    )
