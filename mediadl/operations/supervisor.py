"""``mediadl serve``: keeps the web process and the worker cluster running until told to stop.

The main thread only starts, reaps and signals processes; it never waits for a database. Nothing
here may start other subprocesses: every child that is not one of ours is an orphan of theirs.
"""

import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import structlog

from mediadl.operations.child import Child
from mediadl.operations.process_ties import adopt_orphans, children_of

STOP_FLAG_NAME = "stopping"
STOP_SECONDS = 8.0  # the promise is 10: the rest is for killing what has not stopped
KILL_SECONDS = 1.5
LOOP_SECONDS = 1.0

log = structlog.get_logger("System")


class Supervisor:
    """Keeps ``children`` alive between :meth:`run` and SIGTERM or SIGINT.

    Args:
        children: by name; started in this order.
        run_folder: where the stop flag appears for the drain.
        on_started: told each time after a child was started.
        on_ended: told each time a child ended unasked, with how often it has in a row.
    """

    def __init__(
        self,
        children: list[Child],
        run_folder: Path,
        *,
        on_started: Callable[[str], None],
        on_ended: Callable[[str, int], None],
    ) -> None:
        self._children = {child.name: child for child in children}
        self._stop_flag = run_folder / STOP_FLAG_NAME
        self._on_started = on_started
        self._on_ended = on_ended
        self._signals = 0
        self._condemned: set[str] = set()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def start_early(self, name: str) -> None:
        """Start one child before :meth:`run`, so that it loads while its caller does other things.

        From the main thread only. If this process ends before :meth:`run`, the child does too.
        """
        self._children[name].start(time.monotonic())

    def condemn(self, name: str) -> None:
        """Have the child killed and started again (from any thread)."""
        self._condemned.add(name)
        self._wake()

    def stop(self) -> None:
        """Ask for a clean stop (from any thread)."""
        self._signals += 1
        self._wake()

    def run(self) -> None:
        """Start the children and stay until a signal says stop; then stop them all."""
        adopt_orphans()
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler is needed for the wake-up to be written
        self._stop_flag.unlink(missing_ok=True)
        try:
            while not self._signals:
                self._start_due()
                self._sleep(self._until_next_start())
                self._kill_condemned()
                self._reap(log_ends=True)
                self._kill_orphans()
        finally:
            self._stop_all()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _wake(self) -> None:
        os.write(self._wake_write, b"\0")

    def _sleep(self, seconds: float) -> None:
        if select.select([self._wake_read], [], [], seconds)[0]:
            os.read(self._wake_read, 4096)

    def _until_next_start(self) -> float:
        now = time.monotonic()
        waiting = [child.start_at - now for child in self._children.values() if child.pid is None]
        return max(0.0, min([LOOP_SECONDS, *waiting]))

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.pid is None and child.start_at <= now:
                child.start(now)
                self._on_started(child.name)

    def _kill_condemned(self) -> None:
        while self._condemned:
            name = self._condemned.pop()
            log.error("The %s process does not answer and is started again", name)
            self._children[name].kill()

    def _reap(self, *, log_ends: bool) -> None:
        by_pid = {child.pid: child for child in self._children.values()}
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = by_pid.get(pid)
            if child is None:
                continue
            exit_code = os.waitstatus_to_exitcode(status)
            child.ended(exit_code, time.monotonic())
            if log_ends:
                how = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
                log.error("The %s process ended (%s) and is started again", child.name, how, crashes=child.crashes)
                self._on_ended(child.name, child.crashes)

    def _kill_orphans(self) -> None:
        own = {child.pid for child in self._children.values()}
        for pid in children_of(os.getpid()):
            if pid not in own:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def _stop_all(self) -> None:
        already = self._signals
        self._stop_flag.touch()
        for child in self._children.values():
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        while self._running() and time.monotonic() < deadline and self._signals <= max(already, 1):
            self._sleep(0.1)
            self._reap(log_ends=False)
        for child in self._children.values():
            child.kill()
        deadline = time.monotonic() + KILL_SECONDS
        while children_of(os.getpid()) and time.monotonic() < deadline:
            self._kill_orphans()
            self._sleep(0.05)
            self._reap(log_ends=False)

    def _running(self) -> bool:
        return any(child.pid is not None for child in self._children.values())
