"""One process that the supervisor keeps alive: started, restarted with backoff, stopped."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from mediadl.operations.process_ties import kill_group

# Waits before the first, second, ... restart in a row.
BACKOFF_SECONDS = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
# A process that lived this long counts as healthy: its next crash starts the waits anew.
HEALTHY_SECONDS = 60.0


@dataclass(slots=True)
class Child:
    """A process to be kept alive, in a session (so a process group) of its own.

    Attributes:
        name: for the log ("web", "worker").
        arguments: the command line.
        environment: all of its variables.
        output: where its output goes; None: the supervisor's own console.
        inherited: descriptors that it gets under the same numbers.
        wait_scale: multiplies all waits; tests that kill it again and again shorten them.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    output: BinaryIO | None = None
    inherited: Sequence[int] = ()
    wait_scale: float = 1.0
    crashes: int = 0
    start_at: float = 0.0
    _started_at: float = 0.0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """Its process id, which is its group's too, while it runs."""
        return self._process.pid if self._process else None

    def start(self, now: float) -> None:
        """Start the process; it must not be running.

        It is tied to the thread that calls this (:func:`process_ties.die_with_parent`): always the
        supervisor's main thread.
        """
        self._started_at = now
        self._process = subprocess.Popen(
            self.arguments,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            pass_fds=self.inherited,
            start_new_session=True,
        )

    def ended(self, exit_code: int, now: float) -> None:
        """Note that the process was reaped: its whole group goes, and the next start gets its time."""
        process, self._process = self._process, None
        if process is None:
            return
        process.returncode = exit_code
        kill_group(process.pid, signal.SIGKILL)
        if now - self._started_at >= HEALTHY_SECONDS * self.wait_scale:
            self.crashes = 0
        wait = BACKOFF_SECONDS[min(self.crashes, len(BACKOFF_SECONDS) - 1)]
        self.start_at = now + wait * self.wait_scale
        self.crashes += 1

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process itself; it ends its own children."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Kill the whole group at once."""
        if self._process is not None:
            kill_group(self._process.pid, signal.SIGKILL)
