"""Taking back what dead workers held: any drain and the supervisor do it, as often as they like."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from mediadl import clock
from mediadl.notifications.kinds import Kind, Note
from queue_app.blocks import read_blocks
from queue_app.engine.claims import has_claimable
from queue_app.engine.disk_pause import review_disk_pause
from queue_app.engine.identity import is_dead
from queue_app.engine.timing import LEASE_SECONDS
from queue_app.ledger import Ledger
from queue_app.models import Attempt, QueueItem, TransferSlot, Worker
from queue_app.states import Action, Status

POISON_DEATHS = 3  # deaths of a worker that ran nothing else; only these count
POISON = "POISON"
log = structlog.get_logger("Queue")


def reap() -> int:
    """Give back to the queue what dead or silent workers ran; returns how many items."""
    now = clock.now()
    dead = _dead_workers(now)
    expired = Q(lease_expires_at__lte=now, status=Status.DOWNLOADING.value)
    held = Q(lease_worker__in=dead, status=Status.DOWNLOADING.value)
    lost = list(QueueItem.objects.filter(expired | held if dead else expired))
    if not lost and not dead:
        return 0
    with Ledger() as ledger:
        alone = _ran_alone(lost)
        returned = sum(_give_back(ledger, item, alone=item.lease_worker in alone) for item in lost)
        TransferSlot.objects.filter(worker__in=dead).update(worker=None, expires_at=None)
        Worker.objects.filter(name__in=dead).delete()
    if returned:
        log.warning("Items of a worker that died wait for another one", items=returned)
    return returned


def needs_drain() -> bool:
    """Whether something waits that could run now: the caller then sends a wake-up."""
    if review_disk_pause():
        return False
    if not QueueItem.objects.filter(status=Status.PENDING.value).exists():
        return False
    now = clock.now()
    return has_claimable(now, read_blocks(now))


def _dead_workers(now: datetime) -> list[str]:
    silent_since = now - timedelta(seconds=LEASE_SECONDS)
    return [
        worker.name
        for worker in Worker.objects.all()
        if is_dead(worker.host, worker.pid, worker.process_started) or worker.heartbeat_at <= silent_since
    ]


def _ran_alone(lost: Iterable[QueueItem]) -> set[str]:
    """The workers that ran a single item when they died."""
    names = {item.lease_worker for item in lost if item.lease_worker}
    held = Counter(
        QueueItem.objects.filter(lease_worker__in=names, status=Status.DOWNLOADING.value).values_list(
            "lease_worker", flat=True
        )
    )
    return {name for name, items in held.items() if name and items == 1}


def _close_tries(item: QueueItem, now: datetime, code: str, message: str) -> None:
    Attempt.objects.filter(item=item, ended_at__isnull=True).update(
        ended_at=now, error_code=code, error_message=message
    )


def _give_back(ledger: Ledger, item: QueueItem, *, alone: bool) -> bool:
    deaths_alone = item.deaths_alone + alone
    deaths = {"deaths": item.deaths + 1, "deaths_alone": deaths_alone}
    if deaths_alone < POISON_DEATHS:
        changed = ledger.change(item, Action.RELEASE, attempts=max(0, item.attempts - 1), **deaths)
        if changed:
            _close_tries(item, ledger.now, "WORKER_DIED", "The worker ended unexpectedly; another one goes on.")
        return changed
    message = f"The worker died {deaths_alone} times while it ran only this item; it is not tried again by itself."
    changed = ledger.change(item, Action.FAIL, error_code=POISON, error_message=message, **deaths)
    if changed:
        _close_tries(item, ledger.now, POISON, message)
        ledger.notify(Note(Kind.FAILURE, "Download Failed", f"{item.source}: {message}", "/queue", "Queue"))
    return changed
