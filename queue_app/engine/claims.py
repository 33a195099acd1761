"""Taking pending items: one statement that is exact with any number of workers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from mediadl import failpoints
from mediadl.plain_sql import as_stored, table_of
from queue_app.batch_rows import insert_new
from queue_app.blocks import Blocks
from queue_app.engine.timing import LEASE_SECONDS
from queue_app.ledger import Ledger
from queue_app.models import Attempt, QueueItem
from queue_app.queue_events import queue_updated
from queue_app.states import LIST_RANK, Action, Status, target

SUSPECT_DEATHS = 2  # an item whose workers died so often runs alone in its process


@dataclass(slots=True)
class _Condition:
    """A WHERE clause and its parameters, built together."""

    clauses: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, clause: str, *parameters: Any) -> None:
        self.clauses.append(clause)
        self.parameters.extend(parameters)

    def not_in(self, column: str, values: list[str]) -> None:
        if values:
            self.add(f"{column} NOT IN ({', '.join(['%s'] * len(values))})", *values)


def claim(ledger: Ledger, worker: str, *, limit: int, blocks: Blocks, alone: bool) -> list[QueueItem]:
    """Take up to ``limit`` items in the order in which they are shown, inside the ledger's transaction.

    ``alone`` says that the worker runs nothing: then an item whose workers died may be taken, on its
    own. Items that wait (for a retry, a host, a budget, a circuit, a switch) are passed over.
    """
    if limit < 1 or blocks.nothing_starts:
        return []
    if alone and (suspect := _first_if_suspect(ledger.now, blocks)):
        taken = _take(ledger.now, worker, blocks, limit=1, only=suspect)
    else:
        taken = _take(ledger.now, worker, blocks, limit=limit, only=None)
    if not taken:
        return []
    items = sorted(taken, key=lambda item: (item.list_order, item.pk))
    insert_new([Attempt(item=item, number=item.attempts, started_at=ledger.now, worker=worker) for item in items])
    for item in items:
        ledger.moved(item.platform, Status.PENDING, Status.DOWNLOADING)
        ledger.event(queue_updated("updated", item))
    failpoints.reach("engine.after_claim")
    return items


def has_claimable(now: datetime, blocks: Blocks) -> bool:
    """Whether a claim would find something (a suspect counts)."""
    if blocks.nothing_starts:
        return False
    condition = _ready(now, blocks)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table_of(QueueItem)} WHERE {_where(condition)} LIMIT 1", condition.parameters)  # noqa: S608
        return cursor.fetchone() is not None


def _first_if_suspect(now: datetime, blocks: Blocks) -> int | None:
    condition = _ready(now, blocks)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, deaths FROM {table_of(QueueItem)} WHERE {_where(condition)} ORDER BY list_order, id LIMIT 1",  # noqa: S608
            condition.parameters,
        )
        row = cursor.fetchone()
    return row[0] if row and row[1] >= SUSPECT_DEATHS else None


def _take(now: datetime, worker: str, blocks: Blocks, *, limit: int, only: int | None) -> list[QueueItem]:
    condition = _ready(now, blocks)
    if only is None:
        condition.add("deaths < %s", SUSPECT_DEATHS)
    else:
        condition.add("id = %s", only)
    lock = " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    table = table_of(QueueItem)
    statement = (
        f"UPDATE {table} SET status = %s, list_rank = %s, fence = fence + 1, attempts = attempts + 1, "  # noqa: S608
        "lease_worker = %s, lease_expires_at = %s, started_at = COALESCE(started_at, %s), next_attempt_at = NULL, "
        "reason = '', error_code = '', error_message = NULL WHERE id IN "
        f"(SELECT id FROM {table} WHERE {_where(condition)} ORDER BY list_order, id LIMIT %s{lock}) RETURNING *"
    )
    running = target(Status.PENDING, Action.CLAIM)
    parameters = [
        running.value,
        LIST_RANK[running],
        worker,
        as_stored(now + timedelta(seconds=LEASE_SECONDS)),
        as_stored(now),
        *condition.parameters,
        limit,
    ]
    return list(QueueItem.objects.raw(statement, parameters))  # the rows as they are now, without a second query


def _ready(now: datetime, blocks: Blocks) -> _Condition:
    """Every pending item that nothing keeps from starting; all columns are in the claim's index."""
    condition = _Condition()
    condition.add("status = 'pending'")  # literal, so that SQLite can use the partial index
    condition.add("(next_attempt_at IS NULL OR next_attempt_at <= %s)", as_stored(now))
    condition.not_in("platform", sorted(blocks.platforms))
    condition.not_in("host", sorted(blocks.hosts))
    for platform, downloader in sorted(blocks.disabled | set(blocks.limited)):
        condition.add("NOT (platform = %s AND downloader = %s)", platform, downloader)
    for column, pairs in (("downloader", blocks.down), ("host", blocks.down_hosts)):
        for platform, value in sorted(pairs):
            condition.add(f"(listing_ended OR NOT (platform = %s AND {column} = %s))", platform, value)
    return condition


def _where(condition: _Condition) -> str:
    return " AND ".join(condition.clauses)
