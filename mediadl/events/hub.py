"""The sockets of this process and the one thread that feeds them."""

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from mediadl.events.deliveries import Delivery
from mediadl.events.seats import RENEW_SECONDS, renew_seats
from mediadl.events.tail import OutboxTail
from mediadl.events.viewers import Viewer, lost_rights

CHECK_SECONDS = 1.0  # so long a signed-out user's socket may stay


class Listener(Protocol):
    """A socket, as the hub sees it. Both methods are called on the event loop."""

    viewer: Viewer

    def offer(self, delivery: Delivery) -> None:
        """Take an event."""

    def lose_rights(self) -> None:
        """Close: the viewer may no longer listen."""


class Hub:
    """Hands each event to every listener; its tail runs only while there is one.

    All methods but ``_housekeeping`` belong to the event loop.
    """

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._tail: OutboxTail | None = None
        self._started: asyncio.Future[int] | None = None
        self._position = 0  # the last seq that was handed on
        self._renewed = 0.0

    async def join(self, listener: Listener) -> int:
        """Add a listener; every event committed from now on will be offered to it.

        Returns a ``seq`` after which nothing was missed.
        """
        self._listeners[id(listener)] = listener
        if self._tail is None:
            self._start_tail()
        if self._started is not None:
            self._position = max(self._position, await asyncio.shield(self._started))
        return self._position

    def leave(self, listener: Listener) -> None:
        """Remove a listener; the last one ends the tail."""
        self._listeners.pop(id(listener), None)
        if not self._listeners and self._tail is not None:
            self._tail.stop()
            self._tail, self._started = None, None

    def _start_tail(self) -> None:
        loop = asyncio.get_running_loop()
        started: asyncio.Future[int] = loop.create_future()
        self._started = started
        self._renewed = time.monotonic()

        def tell_started(position: int) -> None:
            if not started.done():
                started.set_result(position)

        self._tail = OutboxTail(
            on_started=lambda position: loop.call_soon_threadsafe(tell_started, position),
            on_events=lambda deliveries: loop.call_soon_threadsafe(self._deliver, deliveries),
            housekeeping=lambda: self._housekeeping(loop),
            housekeeping_seconds=CHECK_SECONDS,
        )
        self._tail.start()

    def _deliver(self, deliveries: Sequence[Delivery]) -> None:
        self._position = max(self._position, deliveries[-1].seq)
        listeners = list(self._listeners.values())
        for delivery in deliveries:
            for listener in listeners:
                listener.offer(delivery)

    def _housekeeping(self, loop: asyncio.AbstractEventLoop) -> None:
        """On the tail's thread: renew the seats, and look who may no longer listen."""
        if time.monotonic() - self._renewed >= RENEW_SECONDS:
            renew_seats()
            self._renewed = time.monotonic()
        lost = lost_rights({listener.viewer for listener in list(self._listeners.values())})
        if lost:
            loop.call_soon_threadsafe(self._expel, lost)

    def _expel(self, lost: set[Viewer]) -> None:
        for listener in list(self._listeners.values()):
            if listener.viewer in lost:
                listener.lose_rights()


hub = Hub()
