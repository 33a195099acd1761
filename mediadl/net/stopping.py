"""Telling work that waits on the network, a disk or a child process to stop, from any thread."""

import threading
from collections.abc import Callable

from mediadl.media import FailureKind, MediaError

STOP_REASONS = ("pause", "cancel", "delete", "shutdown", "fence")


class StopSignal:
    """Set once, for good, with a reason; whoever waits for something else registers a callback."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._next_key = 0
        self._reason = ""

    @property
    def reason(self) -> str:
        """Why it was stopped (one of :data:`STOP_REASONS`); empty while it was not."""
        return self._reason

    def is_set(self) -> bool:
        """Whether the work should end."""
        return self._event.is_set()

    def stop(self, reason: str) -> None:
        """Ask the work to end; the first reason stays.

        Every callback runs once, in this thread, even if another one fails; then the first failure
        is raised.

        Raises:
            ValueError: ``reason`` is not one of :data:`STOP_REASONS`.
        """
        if reason not in STOP_REASONS:
            raise ValueError(f"{reason!r} is not one of {', '.join(STOP_REASONS)}")
        with self._lock:
            if self._event.is_set():
                return
            self._reason = reason
            self._event.set()
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        failures: list[Exception] = []
        for callback in callbacks:
            try:
                callback()
            except Exception as error:  # noqa: BLE001, PERF203, RUF100 - the others must still be told
                failures.append(error)
        if failures:
            raise failures[0]

    def wait(self, seconds: float) -> bool:
        """Wait until stopped, at most ``seconds``; True if it was."""
        return self._event.wait(seconds)

    def on_stop(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` once on stop, at once if that has happened; returns what unregisters it.

        The callback must be quick and thread-safe. After the returned function came back, it may
        still be running in the thread that called :meth:`stop`.
        """
        with self._lock:
            if not self._event.is_set():
                key = self._next_key
                self._next_key += 1
                self._callbacks[key] = callback
                return lambda: self._forget(key)
        callback()
        return lambda: None

    def raise_if_set(self) -> None:
        """Raise the error that ends stopped work.

        Raises:
            MediaError: of kind ``STOPPED``.
        """
        if self._event.is_set():
            raise MediaError(FailureKind.STOPPED, "STOPPED", f"Stopped: {self._reason}.")

    def _forget(self, key: int) -> None:
        with self._lock:
            self._callbacks.pop(key, None)
