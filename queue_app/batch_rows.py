"""Writing many rows with one prepared statement: what the ORM does a row at a time costs too much here."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def insert_new(rows: Sequence[Model]) -> None:
    """Insert rows of one model without their ids; those that break a unique constraint are left out."""
    if not rows:
        return
    fields: list[Any] = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [
        tuple(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields) for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_table(rows[0])} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
            values,
        )


def update_rows(rows: Sequence[tuple[Model, Any]], columns: Sequence[str], *, condition: str) -> int:
    """Write ``columns`` of each row where its id and ``condition`` (with one parameter) fit.

    ``rows`` are pairs of the row and that parameter. Returns how many rows were changed.
    """
    if not rows:
        return 0
    model = rows[0][0]
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    names = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    values = [
        (
            *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields),
            row.pk,
            parameter,
        )
        for row, parameter in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {_table(model)} SET {names} WHERE id = %s AND {condition}",  # noqa: S608
            values,
        )
        return int(cursor.rowcount)


def _table(row: Model) -> str:
    return connection.ops.quote_name(row._meta.db_table)
