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

from platforms.extractors.environment import current_folder

HTTP_TIMEOUT_SECONDS = 30
_RUNNER = Path(__file__).with_name("extractors") / "run_in_folder.py"
_YT_DLP = _RUNNER.with_name("run_yt_dlp.py")


def program(module: str) -> list[str]:
    """The start of the command line of ``gallery_dl`` or ``yt_dlp``, of the newest that passed its test."""
    return program_in(current_folder(), module)


def program_in(folder: Path | None, module: str) -> list[str]:
    """The same for the programs in ``folder``; None for those that came with the product."""
    started = str(_YT_DLP) if module == "yt_dlp" else module
    if folder is None:
        return [sys.executable, "-I", "-u", *([started] if started.endswith(".py") else ["-m", started])]
    return [sys.executable, "-I", "-u", str(_RUNNER), str(folder), started]


def script(path: Path) -> list[str]:
    """The command line of one of our own scripts that runs in a process of its own, beside the same programs."""
    folder = current_folder()
    if folder is None:
        return [sys.executable, "-I", str(path)]
    return [sys.executable, "-I", str(_RUNNER), str(folder), str(path)]


@contextmanager
def empty_working_folder() -> Iterator[Path]:
    """A folder for one listing's process, which has nothing to write; removed afterwards."""
    parent = Path(settings.RUN_DIR)
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="listing-", dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
