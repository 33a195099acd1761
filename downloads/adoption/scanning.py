"""The files of a folder that may be media, in a fixed order, no link followed."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BESIDES = frozenset(
    (
        *("json", "xz", "xmp", "txt", "nfo", "description", "vtt", "srt", "ass", "lrc", "html", "htm", "url"),
        *("sqlite3", "sqlite", "db", "db3", "part", "ytdl", "aria2", "log", "csv"),
    )
)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file; ``path`` is relative to the folder."""

    path: str
    size: int
    modified: float


def files_below(folder: Path, *, after: str = "") -> Iterator[FoundFile]:
    """The files that come after the path ``after``; hidden ones and what lies beside media are left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(parent).relative_to(folder).as_posix()
        for name in sorted(names):
            path = name if inside == "." else f"{inside}/{name}"
            if name.startswith(".") or _sort_key(path) <= _sort_key(after) or _is_beside(name):
                continue
            try:
                status = os.lstat(f"{parent}/{name}")
                path.encode()
            except (OSError, UnicodeEncodeError):
                continue
            if stat.S_ISREG(status.st_mode):
                yield FoundFile(path, status.st_size, status.st_mtime)


def _is_beside(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _BESIDES and "." in name


def _sort_key(path: str) -> tuple[tuple[int, str], ...]:
    """The order of the walk: of each folder its files first, then its folders."""
    *parents, name = path.split("/")
    return (*((1, part) for part in parents), (0, name)) if path else ()
