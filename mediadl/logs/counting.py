"""How many log rows there are an hour, level and module: kept with the rows, so totals are cheap."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from mediadl.logs.models import LogCount
from mediadl.plain_sql import as_stored, table_of


def hour_of(moment: datetime) -> datetime:
    """The hour that ``moment`` lies in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def add_counts(rows: Mapping[tuple[datetime, str, str], int]) -> None:
    """Count rows by (timestamp, level, module), inside the transaction that inserts or deletes them.

    Negative numbers count deleted ones.
    """
    sums: Counter[tuple[datetime, str, str]] = Counter()
    for (timestamp, level, module), number in rows.items():
        sums[hour_of(timestamp), level, module] += number
    table = table_of(LogCount)
    values = [
        (as_stored(hour), level, module, number) for (hour, level, module), number in sorted(sums.items()) if number
    ]
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (hour, level, module, n) VALUES (%s, %s, %s, %s) "  # noqa: S608 - a table's name
            f"ON CONFLICT (hour, level, module) DO UPDATE SET n = {table}.n + excluded.n",
            values,
        )
