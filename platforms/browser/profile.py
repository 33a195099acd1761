"""The browser's own profile below the data folder; one page at a time in this worker, and for each profile."""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from mediadl.net.stopping import StopSignal

MAX_BYTES = 200 * 1024 * 1024  # a used one has about 30 MiB
WAIT_SECONDS = 300.0  # a listing holds the browser while its files are fetched; this one comes again later
_PAUSE_SECONDS = 0.1
_one_page = threading.Lock()


@contextmanager
def profile_folder(name: str, stop: StopSignal, wait_seconds: float = WAIT_SECONDS) -> Iterator[Path]:
    """The profile ``name``, for this page alone.

    Raises:
        MediaError: ``BROWSER_BUSY`` (transient), or the listing was stopped while it waited.
    """
    folder = Path(settings.DATA_DIR) / "browser" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = clock.monotonic() + wait_seconds
    while not _one_page.acquire(blocking=False):
        _wait(stop, deadline)
    try:
        with (folder.parent / f"{name}.lock").open("w") as lock:
            while not _is_ours(lock.fileno()):
                _wait(stop, deadline)
            _forget_ended_browsers(folder)
            _keep_small(folder)
            yield folder
    finally:
        _one_page.release()


def _keep_small(folder: Path) -> None:
    """Begin anew where Chromium has kept too much; only its cookies are of use."""
    if sum(path.lstat().st_size for path in folder.rglob("*")) > MAX_BYTES:
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)


def _wait(stop: StopSignal, deadline: float) -> None:
    stop.wait(_PAUSE_SECONDS)
    stop.raise_if_set()
    if clock.monotonic() > deadline:
        raise MediaError(
            FailureKind.TRANSIENT, "BROWSER_BUSY", "The browser is used by other downloads; this one tries again later."
        )


def _is_ours(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _forget_ended_browsers(folder: Path) -> None:
    """Chromium's own lock names a host and a process: after a kill, or in a new container, it would refuse to start."""
    for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
        if os.path.lexists(folder / name):
            (folder / name).unlink()
