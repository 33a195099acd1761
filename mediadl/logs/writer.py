"""The thread that stores log lines, so that nobody who logs waits for a disk or a database."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing import util as multiprocessing_util

from mediadl.logs.records import LogRecord

# Long enough to make one transaction of many lines, short enough to look live.
COLLECT_SECONDS = 0.5
BATCH_LINES = 500
WAITING_LINES_LIMIT = 20_000

Store = Callable[[Sequence[LogRecord]], None]


class LogWriter:
    """Collects lines from all threads and hands them to ``store`` in batches, in order.

    ``store`` must not raise. Lines that ``store`` itself causes are dropped, so it cannot feed
    itself. After a fork the child starts with an empty list and a thread of its own.

    Args:
        store: puts a batch where it belongs.
        on_lost: told how many lines were dropped since there were too many waiting.
    """

    def __init__(self, store: Store, on_lost: Callable[[int], None]) -> None:
        self._store = store
        self._on_lost = on_lost
        self._renew()
        # multiprocessing's children run neither our threads nor atexit: they get both here.
        multiprocessing_util.register_after_fork(self, LogWriter._after_fork)

    def _renew(self) -> None:
        self._waiting: deque[LogRecord] = deque()
        self._lost = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._busy = False
        self._hurry = False

    def _after_fork(self) -> None:
        self._renew()
        multiprocessing_util.Finalize(None, self.flush, exitpriority=100)

    def submit(self, record: LogRecord) -> None:
        """Take a line; returns at once."""
        if threading.current_thread() is self._thread:
            return
        with self._changed:
            if len(self._waiting) >= WAITING_LINES_LIMIT:
                self._lost += 1
                return
            self._waiting.append(record)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
                self._thread.start()
            if len(self._waiting) == 1 or self._enough():  # else it collects, and need not be woken for each line
                self._changed.notify_all()

    def flush(self, timeout: float = 3.0) -> bool:
        """Wait until everything submitted so far is stored; False if that took too long."""
        deadline = time.monotonic() + timeout
        with self._changed:
            if self._thread is None:
                return True
            self._hurry = True
            self._changed.notify_all()
            try:
                return self._changed.wait_for(
                    lambda: not self._waiting and not self._busy, max(0.0, deadline - time.monotonic())
                )
            finally:
                self._hurry = False

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                self._changed.wait_for(self._enough, COLLECT_SECONDS)
                batch = [self._waiting.popleft() for _ in range(min(BATCH_LINES, len(self._waiting)))]
                lost, self._lost = self._lost, 0
                self._busy = True
            try:
                self._store(batch)
                if lost:
                    self._on_lost(lost)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _enough(self) -> bool:
        return self._hurry or len(self._waiting) >= BATCH_LINES
