"""Giving a deleted file and its record back."""

from typing import Any

import structlog
from django.db import transaction

from downloads.bin.moving import move_out, put_back, take_restored
from downloads.bin.snapshots import Snapshot, apply_snapshot
from downloads.cube import CubeChanges
from downloads.models import BinEntry, BinState, Download, DownloadStatus, StoredFile, Tombstone
from mediadl.accounts.services import audit
from mediadl.api.errors import FileMissingError, NotFoundError, TransitionRefusedError
from mediadl.media import MediaError

log = structlog.get_logger("Downloads")


def held_entry(entry_id: int) -> BinEntry:
    """The entry, if it can be restored just now.

    Raises:
        NotFoundError: it is not in the bin.
    """
    entry = BinEntry.objects.select_related("root").filter(pk=entry_id, state=BinState.HELD).first()
    if entry is None:
        raise NotFoundError("This file is not in the recycle bin any more.")
    return entry


def restore_entry(*, entry_id: int, user: Any = None) -> list[int]:
    """Bring a file back to its place, or beside it where the name is taken, with its record; answers their ids.

    The deletion is no longer remembered.

    Raises:
        NotFoundError: it is not in the bin.
        TransitionRefusedError: the same media item has been stored again meanwhile.
        FileMissingError: the file is gone, or its disk refuses.
    """
    entry = held_entry(entry_id)
    _refuse_stored_again(entry)
    bring_out(entry)
    try:
        with transaction.atomic():
            _refuse_stored_again(entry)
            file = take_restored(entry)
            ids = [download.pk for download in _give_back(entry, file)]
            audit(user, "bin.restore", entry_id, {"file": entry.filename, "downloads": ids})
    except BaseException:
        put_back(entry)
        raise
    log.info("Restored a file from the recycle bin", file=entry.restore_path)
    return ids


def bring_out(entry: BinEntry) -> None:
    """:func:`move_out` with the API's errors."""
    try:
        move_out(entry)
    except (OSError, MediaError) as error:
        log.warning("A file could not be restored", file=entry.filename, error=str(error))
        raise FileMissingError(
            "The file could not be brought back from the recycle bin; the log says what its disk answered."
        ) from error


def _refuse_stored_again(entry: BinEntry) -> None:
    for snapshot in _snapshots(entry):
        if _same_item(snapshot).filter(status=DownloadStatus.COMPLETED).exists():
            raise TransitionRefusedError("This item has been downloaded again; delete that one first, then restore.")


def _give_back(entry: BinEntry, file: StoredFile) -> list[Download]:
    changes = CubeChanges()
    restored = []
    for snapshot in _snapshots(entry):
        download = _same_item(snapshot).first() or Download()  # a failed try to fetch it again gives way
        if download.pk:
            changes.remove(download)
        apply_snapshot(download, snapshot)
        download.file = file
        download.filename = file.path.rsplit("/", 1)[-1]
        download.queue_item_id = None  # the item may be gone, or another one's
        download.save()
        changes.add(download)
        restored.append(download)
        Tombstone.objects.filter(platform=download.platform, media_id=download.media_id).delete()
    changes.write()
    return restored


def _snapshots(entry: BinEntry) -> list[Snapshot]:
    found: list[Snapshot] = entry.record.get("downloads", [])
    return found


def _same_item(snapshot: Snapshot) -> Any:
    return Download.objects.filter(platform=snapshot["platform"], media_id=snapshot["media_id"])
