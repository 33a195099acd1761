"""A few lasting threads that run synchronous work for the event loop."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class LastingThreads:
    """Runs functions on at most ``size`` threads that live as long as the process.

    Unlike ``ThreadPoolExecutor`` the threads are daemons: a request that hangs (a stalled network
    disk, a lock) must not keep the process alive after it was told to stop. Threads are started
    when there is work and no idle one, so a small installation keeps a few database connections.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._started = 0
        self._unfinished = 0

    def submit(self, function: Callable[[], T]) -> "Future[T]":
        """Queue ``function``; its result or exception is the future's."""
        future: Future[T] = Future()
        self._work.put((future, function))
        with self._lock:
            self._unfinished += 1
            start = self._unfinished > self._started and self._started < self._size
            self._started += start
            number = self._started
        if start:
            threading.Thread(target=self._serve, name=f"{self._name}-{number}", daemon=True).start()
        return future

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """Await ``function(*args)``, run on one of the threads.

        If the awaiting task is cancelled, the function still runs to its end (a thread cannot be
        stopped) and its result is dropped.
        """
        return await asyncio.wrap_future(self.submit(lambda: function(*args)))

    def _serve(self) -> None:
        while True:
            future, function = self._work.get()
            if future.set_running_or_notify_cancel():
                _run_into(future, function)
            del future, function  # else an idle thread would keep the last request's objects alive
            with self._lock:
                self._unfinished -= 1


def _run_into(future: "Future[T]", function: Callable[[], T]) -> None:
    try:
        result = function()
    except BaseException as error:  # whoever awaits the future decides
        future.set_exception(error)
    else:
        future.set_result(result)
