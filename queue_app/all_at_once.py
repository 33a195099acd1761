"""Pausing everything that waits or runs, and letting everything that is paused go on, however many they are."""

from dataclasses import dataclass

from mediadl import clock
from mediadl.accounts.services import audit
from queue_app.actor import Actor
from queue_app.ledger import Ledger
from queue_app.models import QueueItem
from queue_app.requeue import give_try_back
from queue_app.states import Action, Status
from queue_app.wakeup import wake_drain

BATCH_ROWS = 200  # in one transaction, so that no other writer waits long
LONGEST_SECONDS = 20.0  # a person waits; what is left then is said, and the next call goes on with it


@dataclass(frozen=True, slots=True)
class AllAtOnce:
    """How many items were changed; ``finished`` is False where the time was over before all were."""

    done: int
    finished: bool


def pause_all(*, user: Actor = None, seconds: float = LONGEST_SECONDS) -> AllAtOnce:
    """Hold every waiting and running item; what waits goes first, so that no new one starts meanwhile."""
    waiting = _in_batches(Status.PENDING, Action.PAUSE, user, seconds)
    if not waiting.finished:
        return waiting
    running = _in_batches(Status.DOWNLOADING, Action.PAUSE, user, seconds)
    return AllAtOnce(waiting.done + running.done, running.finished)


def resume_all(*, user: Actor = None, seconds: float = LONGEST_SECONDS) -> AllAtOnce:
    """Let every paused item go on."""
    return _in_batches(Status.PAUSED, Action.RESUME, user, seconds)


def _in_batches(status: Status, action: Action, user: Actor, seconds: float) -> AllAtOnce:
    until = clock.monotonic() + seconds
    done, after = 0, 0
    while True:
        with Ledger() as ledger:
            rows = QueueItem.objects.filter(status=status.value, pk__gt=after).order_by("pk")
            items = list(rows.select_for_update()[:BATCH_ROWS])
            if not items:
                return AllAtOnce(done, finished=True)
            changed = _change(ledger, items, action)
            audit(user, f"queue.{action}", "all", {"ids": changed})
            wake_drain()
        done, after = done + len(changed), items[-1].pk
        if clock.monotonic() >= until:
            left = QueueItem.objects.filter(status=status.value, pk__gt=after).exists()
            return AllAtOnce(done, finished=not left)


def _change(ledger: Ledger, items: list[QueueItem], action: Action) -> list[int]:
    """Change them all; answers those that did change."""
    if items[0].status == Status.DOWNLOADING:  # few, and each has its own tries and fence
        return [item.pk for item in items if ledger.change(item, action, **give_try_back(item))]
    ledger.change_locked(items, action)
    return [item.pk for item in items]
