"""Writing a thumbnail so that a reader sees a whole one or none."""

import os
from pathlib import Path

_FOLDER_MODE = 0o700


def write_whole(path: Path, data: bytes) -> None:
    """Write beside ``path``, then rename; not synced, since a lost thumbnail is made again."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = _create(beside)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        descriptor = _create(beside)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
