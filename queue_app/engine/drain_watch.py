"""Ends a drain that holds its host's lock and gives no sign of life: nobody else could work the queue off.

Its items go to others once their leases are over, but on this host nobody may take them while a
process that is stopped, or stuck in the kernel, keeps the lock.
"""

import os
import signal
from collections.abc import Callable

import structlog

from queue_app.engine.drain_lock import drain_holder
from queue_app.engine.identity import process_started
from queue_app.engine.timing import LEASE_SECONDS
from queue_app.models import Worker

SILENT_SECONDS = 2 * LEASE_SECONDS  # after its lease: a machine that was suspended must not lose its drains
_LATE_SECONDS = 15.0
log = structlog.get_logger("Queue")


class DrainWatch:
    """Looks at this host's drain again and again.

    Args:
        clock: monotonic seconds; they go on while the looking process is stopped itself.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._silent: tuple[int, str] | None = None
        self._since = self._looked_at = 0.0

    def look(self) -> bool:
        """End the drain if it has been silent for long; returns whether that was done."""
        now, holder = self._clock(), drain_holder()
        known, self._silent = self._silent, None  # a look that fails proves no silence
        if holder is None or Worker.objects.filter(pid=holder[0], process_started=holder[1]).exists():
            return False  # a drain that beats has its row: the reaper takes it away with the lease
        if holder != known or now - self._looked_at > _LATE_SECONDS:
            self._since = now  # nor does one that comes late: who looks was stopped itself, or the database away
        self._silent, self._looked_at = holder, now
        if now - self._since < SILENT_SECONDS:
            return False
        self._silent = None
        return _end(*holder)


def _end(pid: int, started: str) -> bool:
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if process_started(pid) != started:
            return False
        signal.pidfd_send_signal(process, signal.SIGKILL)
    except OSError:
        return False
    finally:
        os.close(process)
    log.error("The process that works the queue off gave no sign of life and was ended", pid=pid)
    return True
