"""The thread that reads the outbox while somebody listens."""

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from django.db import DatabaseError, connections

from mediadl.events.deliveries import BATCH_ROWS, Delivery, deliveries_after, newest_seq

POLL_SECONDS = 0.05
TROUBLE_SECONDS = 1.0

_log = structlog.get_logger("System")


class OutboxTail:
    """Asks for events after the last one every 50 ms and hands them on; also does the housekeeping.

    ``on_events``, ``on_started`` and ``housekeeping`` are called on this thread. The database may go
    away and come back: the position stays, so nothing is lost.
    """

    def __init__(
        self,
        *,
        on_started: Callable[[int], object],
        on_events: Callable[[Sequence[Delivery]], object],
        housekeeping: Callable[[], None],
        housekeeping_seconds: float,
    ) -> None:
        self._on_started = on_started
        self._on_events = on_events
        self._housekeeping = housekeeping
        self._housekeeping_seconds = housekeeping_seconds
        self._position: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox-tail", daemon=True)

    def start(self) -> None:
        """Begin with the events committed from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; does not wait for it."""
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Wait until the thread has ended; whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        due = time.monotonic() + self._housekeeping_seconds
        troubled = False
        try:
            while not self._stop.is_set():
                try:
                    is_behind = self._step()
                    if time.monotonic() >= due:
                        self._housekeeping()
                        due = time.monotonic() + self._housekeeping_seconds
                    troubled = False
                except DatabaseError as error:
                    if not troubled:
                        _log.warning("Events wait: the database cannot be read", error=str(error))
                    troubled, is_behind = True, False
                    connections["default"].close()
                if not is_behind:
                    self._stop.wait(TROUBLE_SECONDS if troubled else POLL_SECONDS)
        finally:
            connections.close_all()

    def _step(self) -> bool:
        """One look at the outbox; whether there is probably more."""
        if self._position is None:
            self._position = newest_seq()
            self._on_started(self._position)
            return False
        deliveries = deliveries_after(self._position)
        if deliveries:
            self._position = deliveries[-1].seq
            self._on_events(deliveries)
        return len(deliveries) == BATCH_ROWS
