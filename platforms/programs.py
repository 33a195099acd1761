"""How the extractor programs are started: from this installation, and deaf to the user's own files.

They are separate programs (gallery-dl is GPL-2): started, never imported. ``-I`` shuts out the
user's site folder and ``PYTHON*`` variables, ``-u`` hands each line on as it is written.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

HTTP_TIMEOUT_SECONDS = 30


def program(module: str) -> list[str]:
    """The start of the command line of ``gallery_dl`` or ``yt_dlp``."""
    return [sys.executable, "-I", "-u", "-m", module]


def script(path: Path) -> list[str]:
    """The command line of one of our own scripts that runs in a process of its own."""
    return [sys.executable, "-I", str(path)]


@contextmanager
def empty_working_folder() -> Iterator[Path]:
    """A folder for one listing's process, which has nothing to write; removed afterwards."""
    parent = Path(settings.RUN_DIR)
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="listing-", dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
