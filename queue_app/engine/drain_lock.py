"""One drain a host: an advisory lock on a file, which the kernel frees when its holder dies."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from queue_app.engine.identity import process_started

_LOCK_NAME = "drain.lock"
_TRIES = 5  # is_drain_running() of another process holds the lock for an instant
_PAUSE_SECONDS = 0.01


def _open() -> int:
    folder = Path(settings.RUN_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


class DrainLock:
    """Held while this process drains the queue of this host."""

    def __init__(self) -> None:
        self._descriptor = -1

    def acquire(self) -> bool:
        """Take the lock; False when another drain of this host holds it."""
        descriptor = _open()
        for attempt in range(_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if attempt + 1 < _TRIES:
                    time.sleep(_PAUSE_SECONDS)
            else:
                self._descriptor = descriptor
                pid = os.getpid()
                self._sign(f"{pid} {process_started(pid)}")
                return True
        os.close(descriptor)
        return False

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor >= 0:
            self._sign("")  # whoever holds it next may be stopped before it has signed
            os.close(self._descriptor)
            self._descriptor = -1

    def _sign(self, text: str) -> None:
        """Say who holds it; on a full disk nobody is told, and the lock is as good."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, text.encode(), 0)


def is_drain_running() -> bool:
    """Whether a drain of this host holds the lock now."""
    descriptor = _open()
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def drain_holder() -> tuple[int, str] | None:
    """The process that drains this host's queue, and when it started; None where nobody does."""
    if not is_drain_running():
        return None
    words = (Path(settings.RUN_DIR) / _LOCK_NAME).read_text("ascii", "replace").split()
    return (int(words[0]), words[1]) if len(words) == 2 and words[0].isdigit() else None
