"""Looking at the queue's table: what dead workers held goes back, and a drain is woken where work waits."""

import structlog
from django.db import DatabaseError, connections

LOOK_EVERY_SECONDS = 3.0
log = structlog.get_logger("System")


def look() -> None:
    """Reap, and wake this host's drain if something could run."""
    from queue_app.engine.reaper import needs_drain, reap
    from queue_app.wakeup import wake_drain

    reap()
    if needs_drain():
        wake_drain()


def look_patiently() -> None:
    """The same for a process that nobody supervises: a database that does not answer is asked again later."""
    try:
        look()
    except DatabaseError:
        log.exception("The queue could not be looked at; it is tried again")
    finally:
        connections.close_all()
