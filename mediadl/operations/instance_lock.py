"""One supervisor a data folder: a file lock that the kernel frees, however its holder ends."""

import fcntl
import os
import time
from pathlib import Path

from mediadl.environment import EnvironmentProblem

LOCK_NAME = "serve.lock"
ACQUIRE_SECONDS = 0.3  # somebody who only asks (held_by_somebody) holds it for microseconds


def _lock_within(descriptor: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        else:
            return True


class InstanceLock:
    """The right to run on a data folder; held until :meth:`release` or the end of the process."""

    def __init__(self, run_folder: Path) -> None:
        self._path = run_folder / LOCK_NAME
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            EnvironmentProblem: another process holds it.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _lock_within(descriptor, ACQUIRE_SECONDS):
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise EnvironmentProblem(
                f"The data folder {self._path.parent.parent} is in use by another `mediadl serve` (process {holder}). "
                "Stop that one first, or name another folder in MEDIADL_DATA_DIR."
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; does nothing if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def held_by_somebody(self) -> bool:
        """Whether any process holds the lock now."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False
