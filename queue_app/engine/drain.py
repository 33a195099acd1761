"""One long task that works the queue off: claims items and hosts all their transfers.

Threads: this one claims and watches; listers ask adapters; transfers fetch; verification checks;
one committer writes; a ticker shows progress; a heartbeat keeps the leases.
"""

import time

import structlog
from django.db import connections

from mediadl import clock
from queue_app.blocks import read_blocks
from queue_app.engine.claims import has_claimable
from queue_app.engine.disk_pause import review_disk_pause
from queue_app.engine.drain_lock import DrainLock
from queue_app.engine.session import DrainSession
from queue_app.engine.stop_flag import StopFlag
from queue_app.engine.timing import LOOP_SECONDS
from queue_app.wakeup import send_wakeup

_BROKEN_PAUSE_SECONDS = 5.0  # before what failed is tried anew
log = structlog.get_logger("Queue")


def run_drain(*, linger_seconds: float | None = None) -> bool:
    """Drain the queue of this host until there is nothing to do; False where another process does.

    After giving up its lock it looks once more: an item that was added in that instant saw the
    lock held and sent no wake-up.
    """
    lock = DrainLock()
    flag = StopFlag()
    ran = False
    while not flag.is_set() and lock.acquire():
        ran = True
        session = DrainSession(flag, linger_seconds=linger_seconds)
        try:
            session.run()
        finally:
            lock.release()
        if session.is_broken:
            _rest(flag)
        if session.time_is_over:
            send_wakeup()
        if session.time_is_over or not _has_work():
            break
    connections.close_all()
    return ran


def _rest(flag: StopFlag) -> None:
    until = time.monotonic() + _BROKEN_PAUSE_SECONDS
    while time.monotonic() < until and not flag.is_set():
        time.sleep(LOOP_SECONDS)


def _has_work() -> bool:
    now = clock.now()
    return not review_disk_pause() and has_claimable(now, read_blocks(now))
