"""Removing thumbnails of files that are no longer stored: what a crash or a restore left behind."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from downloads.models import BinEntry, StoredFile
from downloads.thumbnails import remove_thumbnail

YOUNG_SECONDS = 3600.0  # a thumbnail is written before its file is recorded
_ASKED_AT_ONCE = 500
_FOLDERS = tuple(f"{number:02x}" for number in range(256))


@dataclass(frozen=True, slots=True)
class ThumbnailSweep:
    """How many went, and the folder to go on with; empty at the end."""

    removed: int
    position: str


def remove_stale_thumbnails(*, position: str = "", seconds: float) -> ThumbnailSweep:
    """Look through the folders from ``position`` on; no folder is begun after ``seconds``."""
    until = time.monotonic() + seconds
    removed = 0
    for name in _FOLDERS[_FOLDERS.index(position) if position in _FOLDERS else 0 :]:
        if time.monotonic() >= until and name != position:
            return ThumbnailSweep(removed, name)
        removed += _sweep(Path(settings.THUMBNAILS_DIR) / name)
    return ThumbnailSweep(removed, "")


def _sweep(folder: Path) -> int:
    hashes = _old_hashes(folder)
    stale = 0
    for start in range(0, len(hashes), _ASKED_AT_ONCE):
        chunk = hashes[start : start + _ASKED_AT_ONCE]
        stored = set(StoredFile.objects.filter(sha256__in=chunk).values_list("sha256", flat=True))
        stored |= set(BinEntry.objects.filter(sha256__in=chunk).values_list("sha256", flat=True))
        for sha256 in chunk:
            if sha256 not in stored:
                remove_thumbnail(sha256)
                stale += 1
    return stale


def _old_hashes(folder: Path) -> Sequence[str]:
    before = time.time() - YOUNG_SECONDS
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        return [
            entry.name.removesuffix(".jpg")
            for entry in entries
            if entry.name.endswith(".jpg") and entry.stat(follow_symlinks=False).st_mtime < before
        ]
    return ()
