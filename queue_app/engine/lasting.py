"""Threads of a drain that outlive their own failures."""

import time
from collections.abc import Callable

import structlog

from queue_app.engine.feed import Feed

_PAUSE_SECONDS = 0.5
log = structlog.get_logger("Queue")


def lasting(loop: Callable[[], None], part: str, feed: Feed) -> Callable[[], None]:
    """``loop`` for a thread: begun again where it fails, until it returns.

    A thread that ended would be missed by nobody: the drain would look alive and store nothing any
    more. What the failed one had in hand is lost to it, so the drain ends and begins anew. What ran is
    left to its leases, as if the worker had died: so an item that always does this ends as POISON.
    """

    def run() -> None:
        while True:
            try:
                loop()
            except Exception:
                log.exception("A part of the engine failed; what runs is taken up again when its leases end", part=part)
                feed.break_down()
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    return run
