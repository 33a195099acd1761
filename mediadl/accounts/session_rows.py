"""Reads the session behind a token together with its user: the one query of every API request.

Written as SQL, since building it anew took Django's ORM more time than all the rest of a request.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field

from mediadl.accounts.models import Session, User
from mediadl.clock import now

_Fields = tuple["Field[Any, Any]", ...]


@cache
def _query() -> tuple[str, _Fields, _Fields]:
    """The statement, and the fields of the session and the user in the order of its columns."""
    session_fields, user_fields = tuple(Session._meta.concrete_fields), tuple(User._meta.concrete_fields)
    quote = connection.ops.quote_name
    columns = ", ".join(
        f"{alias}.{quote(str(field.column))}"
        for alias, fields in (("s", session_fields), ("u", user_fields))
        for field in fields
    )
    statement = (
        f"SELECT {columns} FROM {quote(Session._meta.db_table)} s "  # noqa: S608 - names of our own tables
        f"JOIN {quote(User._meta.db_table)} u ON u.id = s.user_id "
        "WHERE s.id = %s AND s.revoked_at IS NULL AND s.expires_at > %s AND u.is_active"
    )
    return statement, session_fields, user_fields


def _converted(field: "Field[Any, Any]", value: Any) -> Any:
    """What the ORM makes of a column: SQLite has no UUIDs and no time zones."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return field.to_python(value)


def read_live_session(session_id: UUID | str) -> Session | None:
    """The session with its user; None if it was revoked, has expired, or the user is inactive."""
    statement, session_fields, user_fields = _query()
    key = Session._meta.pk.get_db_prep_value(session_id, connection)
    moment = connection.ops.adapt_datetimefield_value(now())
    with connection.cursor() as cursor:
        cursor.execute(statement, (key, moment))
        row = cursor.fetchone()
    if row is None:
        return None
    split = len(session_fields)
    session: Session = _instance(Session, session_fields, row[:split])
    session.user = _instance(User, user_fields, row[split:])
    return session


def _instance(model: Any, fields: _Fields, values: Any) -> Any:
    names = [field.attname for field in fields]
    converted = [_converted(field, value) for field, value in zip(fields, values, strict=True)]
    return model.from_db(connection.alias, names, converted)
