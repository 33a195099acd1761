"""Cookies for programs: a file that only this user can read, and that no kill leaves behind for long."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from mediadl import clock
from mediadl.net.cookies import Cookie

_HEADER = "# Netscape HTTP Cookie File\n"
_PRIVATE = 0o600
_FRESH_SECONDS = 60.0


@contextmanager
def cookies_file(cookies: tuple[Cookie, ...]) -> Iterator[Path]:
    """A ``cookies.txt`` for a child process: readable by this user alone, gone afterwards.

    What a killed process left behind goes when the next one needs a file, or the next drain begins.

    Yields:
        its path, in a folder of its own with mode 0700.
    """
    parent = _cookies_folder()
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    remove_left_cookies()
    with tempfile.TemporaryDirectory(prefix="c-", dir=parent, ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "cookies.txt"
        path.touch(mode=_PRIVATE)
        with _opened(Path(folder)) as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
            path.write_text(_HEADER + "".join(f"{cookie.netscape_line()}\n" for cookie in cookies), encoding="utf-8")
            yield path


def remove_left_cookies() -> int:
    """Remove the files of processes that were killed: nobody holds their folders; how many there were."""
    removed = 0
    for folder in _cookies_folder().glob("c-*"):
        with suppress(OSError), _opened(folder) as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_fresh = not (folder / "cookies.txt").exists() or not (folder / "cookies.txt").stat().st_size
            if is_fresh and clock.now().timestamp() - folder.stat().st_mtime < _FRESH_SECONDS:
                continue  # somebody is just making it
            shutil.rmtree(folder)
            removed += 1
    return removed


def _cookies_folder() -> Path:
    return Path(settings.RUN_DIR) / "cookies"


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """A descriptor of ``folder`` for the length of a block."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
