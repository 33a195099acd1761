"""Updating gallery-dl and yt-dlp: install the newest beside the old ones, test them, and only then use them."""

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from mediadl import clock
from mediadl.configuration.selectors import value
from mediadl.media import MediaError
from mediadl.net.children import run_child
from mediadl.net.stopping import StopSignal
from platforms.extractors.environment import (
    PACKAGES,
    Installed,
    current_folder,
    extractors_folder,
    make_current,
    versions,
    versions_in,
)
from platforms.extractors.self_test import problem_with
from platforms.site_text import shown

AUTOMATIC_SETTING = "general.update_extractors"
AUTOMATIC_EVERY = timedelta(days=1)
INSTALL_TIMEOUT_SECONDS = 900
_LAST_FILE, _LOCK_FILE = "last.json", "update.lock"
_ERROR_CHARACTERS = 500
# pip's own settings: which index, which proxy, which certificates.
_PIPS_OWN = ("HOME", "XDG_CONFIG_HOME", "http_proxy", "https_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
log = structlog.get_logger("System")


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """How the last attempt ended.

    Attributes:
        error: empty where it went well.
    """

    ended_at: datetime
    error: str = ""


class UpdateRunningError(Exception):
    """Another process is at it."""


def last_update() -> LastUpdate | None:
    """How the last attempt ended, or None before the first."""
    try:
        data = json.loads((extractors_folder() / _LAST_FILE).read_text("utf-8"))
        return LastUpdate(datetime.fromisoformat(data["ended_at"]), str(data["error"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def update() -> LastUpdate:
    """Install the newest versions, and use them if they pass their test; else the old ones stay.

    Raises:
        UpdateRunningError: an update runs already.
    """
    with _alone():
        before = versions()
        error = _installed_and_tested()
        ended = LastUpdate(clock.now(), error)
        path = extractors_folder() / _LAST_FILE
        path.write_text(json.dumps({"ended_at": ended.ended_at.isoformat(), "error": error}), "utf-8")
    if error:
        log.warning("The extractors were not updated", error=error)
    else:
        log.info("The extractors are up to date", before=before, now=versions())
    return ended


def is_due() -> bool:
    """Whether the setting wants an update now: once a day."""
    last = last_update()
    is_recent = last is not None and clock.now() - last.ended_at < AUTOMATIC_EVERY
    return bool(value(AUTOMATIC_SETTING)) and not is_recent and not is_running()


def is_running() -> bool:
    """Whether an update runs now."""
    try:
        with _alone():
            return False
    except UpdateRunningError:
        return True


def _installed_and_tested() -> str:
    """What is wrong, or an empty string."""
    folder = extractors_folder() / f"{clock.now():%Y%m%d-%H%M%S-%f}"
    if error := _install(folder) or problem_with(folder):
        shutil.rmtree(folder, ignore_errors=True)
        return error
    found = versions_in(folder)
    if found == versions():
        shutil.rmtree(folder, ignore_errors=True)
        return ""
    previous = current_folder()
    make_current(Installed(folder, found, clock.now()))
    _remove_others({folder, previous})  # programs that run still read the previous one's files
    return ""


def _install(folder: Path) -> str:
    argv = [
        sys.executable, "-I", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
        "--no-cache-dir", "--upgrade", f"--target={folder}", *PACKAGES,
    ]  # fmt: skip
    own = {name: text for name, text in os.environ.items() if name.startswith("PIP_") or name in _PIPS_OWN}
    try:
        result = run_child(argv, stop=StopSignal(), proxy_url="", env=own, timeout_seconds=INSTALL_TIMEOUT_SECONDS)
    except MediaError as error:
        return f"pip did not end: {error.detail}"
    if result.returncode == 0:
        return ""
    said = next((line for line in reversed(result.stderr_tail.splitlines()) if line.startswith("ERROR")), "")
    return shown(f"pip could not install them. {said or result.stderr_tail}", _ERROR_CHARACTERS)


def _remove_others(kept: set[Path | None]) -> None:
    for folder in extractors_folder().iterdir():
        if folder.is_dir() and folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    root = extractors_folder()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (root / _LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UpdateRunningError("The extractors are being updated already.") from error
        yield
