"""Looking at the queue's table: what dead workers held goes back, and a drain is woken where work waits."""

import time

import structlog
from django.db import Error, connections

LOOK_EVERY_SECONDS = 3.0
log = structlog.get_logger("System")


class Lookout:
    """Looks for one host, from its one process that lasts."""

    def __init__(self) -> None:
        from queue_app.engine.drain_watch import DrainWatch

        self._drain = DrainWatch(time.monotonic)

    def look(self) -> None:
        """Reap, end a drain that hangs, and wake this host's drain if something could run."""
        from queue_app.engine.reaper import needs_drain, reap
        from queue_app.wakeup import wake_drain

        reap()
        self._drain.look()
        if needs_drain():
            wake_drain()

    def look_patiently(self) -> None:
        """The same for a process that nobody supervises: a database that does not answer is asked again later."""
        try:
            self.look()
        except Error:
            log.exception("The queue could not be looked at; it is tried again")
        finally:
            connections.close_all()
