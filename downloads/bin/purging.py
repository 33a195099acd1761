"""Emptying the bin: after its days, when the disk or the limit asks for room, or by hand."""

import os
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet, Sum

from downloads.bin.entries import BIN_FOLDER, retention_days
from downloads.folders import folder
from downloads.models import BinEntry, BinState, Download
from downloads.sidecars.writing import remove_sidecars
from downloads.thumbnails import remove_thumbnail
from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import NotFoundError
from mediadl.failpoints import reach
from mediadl.media import MediaError

PURGE_SECONDS = 3.0
_AT_ONCE = 100
log = structlog.get_logger("Downloads")


def bin_bytes() -> int:
    """What the bin takes."""
    return int(BinEntry.objects.aggregate(total=Sum("size"))["total"] or 0)


def purge_old(*, seconds: float = PURGE_SECONDS) -> tuple[int, bool]:
    """Remove what has been in the bin for longer than the setting; how many went, and whether all did."""
    before = clock.now() - timedelta(days=retention_days())
    return _purge(BinEntry.objects.filter(binned_at__lt=before), seconds=seconds)


def purge_for_room(wanted_bytes: int, *, seconds: float = PURGE_SECONDS) -> int:
    """Remove the oldest of the bin until so many bytes are freed or it is empty; answers the bytes."""
    until, freed = time.monotonic() + seconds, 0
    while freed < wanted_bytes and time.monotonic() < until:
        chosen: list[BinEntry] = []
        for entry in _oldest(BinEntry.objects.all()):
            if freed + sum(one.size for one in chosen) >= wanted_bytes:
                break
            chosen.append(entry)
        gone = _remove(chosen)
        if not gone:
            break
        freed += sum(entry.size for entry in gone)
    if freed:
        log.info("Emptied a part of the recycle bin, as room was needed", bytes=freed)
    return freed


def purge_entry(*, entry_id: int, user: Any = None) -> None:
    """Remove one for good.

    Raises:
        NotFoundError: it is not in the bin.
    """
    entry = BinEntry.objects.select_related("root").filter(pk=entry_id, state=BinState.HELD).first()
    if entry is None or not _remove([entry]):
        raise NotFoundError("This file is not in the recycle bin any more.")
    with transaction.atomic():
        audit(user, "bin.purge", entry_id, {"file": entry.filename})


def empty_bin(*, user: Any = None) -> int:
    """Remove all of it for good; answers how many files went."""
    number, _finished = _purge(BinEntry.objects.all(), seconds=60.0)
    with transaction.atomic():
        audit(user, "bin.empty", "", {"files": number})
    return number


def _purge(rows: "QuerySet[BinEntry]", *, seconds: float) -> tuple[int, bool]:
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        gone = _remove(_oldest(rows))
        number += len(gone)
        if not gone:
            return number, True
    return number, False


def _oldest(rows: "QuerySet[BinEntry]") -> list[BinEntry]:
    return list(rows.filter(state=BinState.HELD).select_related("root").order_by("binned_at", "pk")[:_AT_ONCE])


def _remove(entries: Sequence[BinEntry]) -> list[BinEntry]:
    """The files first, then the rows: a crash between leaves rows without files, which the next time ends."""
    gone = [entry for entry in entries if _unlink(entry)]
    reach("bin.after_purge")
    BinEntry.objects.filter(pk__in=[entry.pk for entry in gone]).delete()
    for sha256 in {entry.sha256 for entry in gone}:
        if not is_hash_in_use(sha256):
            remove_thumbnail(sha256)
    return gone


def is_hash_in_use(sha256: str) -> bool:
    """Whether a download or the bin holds these bytes."""
    return Download.objects.filter(file__sha256=sha256).exists() or BinEntry.objects.filter(sha256=sha256).exists()


def _unlink(entry: BinEntry) -> bool:
    try:
        with folder(Path(entry.root.path), (BIN_FOLDER,)) as inside:
            os.unlink(entry.bin_path.rsplit("/", 1)[-1], dir_fd=inside)
            remove_sidecars(inside, entry.bin_path.rsplit("/", 1)[-1])
    except FileNotFoundError:
        return Path(entry.root.path).is_dir() and any(Path(entry.root.path).iterdir())  # else its disk is away
    except (OSError, MediaError) as error:
        log.warning("A file of the recycle bin could not be removed", file=entry.filename, error=str(error))
        return False
    return True
