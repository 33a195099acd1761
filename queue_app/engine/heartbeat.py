"""A thread of its own for the heartbeat: a slow disk elsewhere must not cost a lease."""

import threading

import structlog
from django.db import connections

from queue_app.engine.identity import WorkerIdentity
from queue_app.engine.leases import heartbeat
from queue_app.engine.timing import HEARTBEAT_SECONDS

log = structlog.get_logger("Queue")


class Heartbeat:
    """Renews the worker's leases until it is closed."""

    def __init__(self, worker: WorkerIdentity) -> None:
        self._worker = worker
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Start beating."""
        self._thread.start()

    def close(self) -> None:
        """Stop beating."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closed.wait(HEARTBEAT_SECONDS):
                try:
                    heartbeat(self._worker)
                except Exception:  # whatever it is: without a beat all that runs is taken away
                    log.exception("The heartbeat could not be written; it is tried again")
                    connections.close_all()
        finally:
            connections.close_all()
