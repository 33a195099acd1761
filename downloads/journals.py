"""The journal of a group of files: what a crash between renaming and recording must not lose.

Written and synced before the first rename, removed when the records are committed. It is locked
while its owner lives, so that :mod:`downloads.healing` of another process leaves it alone.
"""

import fcntl
import json
import os
import threading
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from downloads.folders import folder
from downloads.partial import PARTIAL_FOLDER
from downloads.store_requests import StoredRow

JOURNAL_ENDING = ".placing"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One file that was to be placed in ``folder``; its name follows from these."""

    row: StoredRow
    folder: str
    moment: datetime
    extension: str
    partial: str
    stem: str = ""  # of its name by the path template; empty: of the first version's names
    whole: str = ""


class Journal:
    """One open, locked journal, kept until each of its files is recorded or withdrawn."""

    def __init__(self, path: Path, descriptor: int, files: int = 0) -> None:
        self.path = path
        self.descriptor = descriptor
        self._open_files = files
        self._lock = threading.Lock()

    def settle(self, files: int = 1) -> None:
        """So many of its files are recorded, withdrawn or were never placed; the last one removes it."""
        with self._lock:
            self._open_files -= files
            done = self._open_files <= 0
        if done:
            self.remove()

    def remove(self) -> None:
        """Nothing of it is needed any more."""
        with suppress(FileNotFoundError):
            self.path.unlink()
        self.close()

    def close(self) -> None:
        """Let go of it; if it is still there, the next start takes it up."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def open_journal(root: Path, entries: Sequence[JournalEntry]) -> Journal:
    """Write a journal below ``root``; the caller syncs its descriptor together with the files."""
    name = f"{uuid.uuid4().hex}{JOURNAL_ENDING}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with folder(root, (PARTIAL_FOLDER,), create=True) as inside:
        descriptor = os.open(name, flags, 0o600, dir_fd=inside)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.write(descriptor, "".join(_line(entry) for entry in entries).encode())
    return Journal(root / PARTIAL_FOLDER / name, descriptor, len(entries))


def abandoned_journals(root: Path) -> list[Journal]:
    """The journals below ``root`` whose owner is gone, locked for the caller."""
    found: list[Journal] = []
    try:
        with folder(root, (PARTIAL_FOLDER,)) as inside:
            for name in sorted(os.listdir(inside)):  # noqa: PTH208 - by descriptor
                if not name.endswith(JOURNAL_ENDING):
                    continue
                descriptor = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inside)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(descriptor)
                    continue
                found.append(Journal(root / PARTIAL_FOLDER / name, descriptor))
    except FileNotFoundError:
        return found
    return found


def read_entries(journal: Journal) -> list[JournalEntry]:
    """Its entries; a line that was cut by the crash came before any rename, and is left out."""
    size = os.fstat(journal.descriptor).st_size
    entries = []
    for line in os.pread(journal.descriptor, size, 0).split(b"\n"):
        with suppress(ValueError, KeyError, TypeError):
            entries.append(_entry(json.loads(line)))
    return entries


def _line(entry: JournalEntry) -> str:
    row = {name: getattr(entry.row, name) for name in StoredRow.__slots__}
    values = {"row": row, "folder": entry.folder, "moment": entry.moment, "extension": entry.extension}
    return (
        json.dumps(
            {**values, "partial": entry.partial, "stem": entry.stem, "whole": entry.whole}, default=datetime.isoformat
        )
        + "\n"
    )


def _entry(values: dict[str, Any]) -> JournalEntry:
    row = values["row"]
    row["post_date"] = datetime.fromisoformat(row["post_date"]) if row["post_date"] else None
    moment = datetime.fromisoformat(values["moment"])
    return JournalEntry(
        StoredRow(**row),
        values["folder"],
        moment,
        values["extension"],
        values["partial"],
        values.get("stem", ""),
        values.get("whole", ""),
    )
