"""Waking the drain: a task in the broker, sent when the change is committed, at most one undelivered.

Losing one changes nothing: the supervisor looks at the table every few seconds and sends another.
"""

import time
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from queue_app.engine.drain_lock import is_drain_running

UNDELIVERED_SECONDS = 10.0  # after that a wake-up counts as lost and another one is sent
_MARK_NAME = "wakeup"
log = structlog.get_logger("Queue")


def wake_drain() -> None:
    """Send a wake-up when the present transaction commits (at once outside of one)."""
    transaction.on_commit(send_wakeup, robust=True)


def send_wakeup() -> None:
    """Put a drain task into the broker, unless one lies there or a drain of this host runs.

    A running drain looks for new work by itself, and looks once more after it gave up its lock.
    """
    if is_drain_running() or not _take_mark():
        return
    from django_q.tasks import async_task

    try:
        async_task("queue_app.tasks.drain", task_name="drain")
    except Exception as error:
        wakeup_arrived()
        log.warning("The wake-up could not be sent; the supervisor will send one", error=str(error))


def wakeup_arrived() -> None:
    """The task runs: the next change sends a new wake-up."""
    _mark().unlink(missing_ok=True)


def _mark() -> Path:
    return Path(settings.RUN_DIR) / _MARK_NAME


def _take_mark() -> bool:
    mark = _mark()
    mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        age = time.time() - mark.stat().st_mtime
    except FileNotFoundError:
        pass
    else:
        if 0 <= age < UNDELIVERED_SECONDS:
            return False
    mark.touch()
    return True
