"""Rows in any status, with their counts as the services keep them."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import connection

from mediadl import clock
from queue_app.ledger import Ledger, order_of_end
from queue_app.models import QueueItem
from queue_app.states import ENDED, LIST_RANK, Status
from tests.unit.queue_app.building import enqueue
from tests.unit.queue_app.fake_site import URL


def ended(status: Status, *, url: str = URL, **columns: Any) -> QueueItem:
    """An item in ``status``, whatever it takes to get there."""
    item = enqueue(url)
    return put_into(item, status, **columns)


def put_into(item: QueueItem, status: Status, **columns: Any) -> QueueItem:
    now = clock.now()
    values: dict[str, Any] = {"status": status.value, "list_rank": LIST_RANK[status]}
    if status in ENDED:
        values |= {"ended_at": now, "list_order": order_of_end(now)}
    if status is Status.DOWNLOADING:
        values |= {"lease_worker": "somebody", "lease_expires_at": now + timedelta(seconds=30), "fence": 1}
    with Ledger() as ledger:
        QueueItem.objects.filter(pk=item.pk).update(**(values | columns))
        ledger.moved(item.platform, Status(item.status), status)
    return QueueItem.objects.get(pk=item.pk)


def recount() -> dict[str, int]:
    """The counts, counted the slow way."""
    found = Counter(QueueItem.objects.values_list("status", flat=True))
    return {status.value: found[status.value] for status in Status}


def copy_row(item: QueueItem, times: int, **values: str) -> None:
    """Copies of a row, fast: only the URL's hash and ``values`` differ."""
    columns = [field.column for field in QueueItem._meta.concrete_fields if field.column != "id"]
    own = {"url_hash": "CAST(x AS TEXT)"} | {name: f"'{value}'" for name, value in values.items()}
    table = QueueItem._meta.db_table
    names = ", ".join(columns)
    values_of = ", ".join(own.get(column, column) for column in columns)
    numbers = f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {times})"  # noqa: S608
    statement = f"INSERT INTO {table} ({names}) {numbers} SELECT {values_of} FROM n, {table} WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [item.pk])
