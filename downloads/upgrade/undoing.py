"""Undoing a replacement: the record gets its old file back, byte for byte; the larger one goes to the bin."""

from typing import Any

import structlog
from django.db import transaction

from downloads.bin.entries import put_in_bin
from downloads.bin.moving import put_back, settle_entries, take_restored
from downloads.bin.restoring import bring_out
from downloads.bin.snapshots import apply_snapshot
from downloads.cube import CubeChanges
from downloads.models import BinEntry, BinReason, BinState, Download, StoredFile, UpgradeCase, UpgradeStatus
from downloads.upgrade.replacing import publish_change
from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import NotFoundError, TransitionRefusedError
from mediadl.failpoints import reach

_OF_THE_RECORD = {"kept", "queue_item_id", "download_date"}  # what a person or a run did since stays
log = structlog.get_logger("Downloads")


def undo_replacement(*, case_id: int, user: Any = None) -> Download:
    """Give a replaced download its old file back.

    Raises:
        NotFoundError: there is no such case.
        TransitionRefusedError: nothing was replaced, or the old file is not in the bin any more.
        FileMissingError: the disk refuses.
    """
    case = UpgradeCase.objects.filter(pk=case_id).first()
    if case is None:
        raise NotFoundError("There is no such pair of pictures.")
    if case.status != UpgradeStatus.REPLACED:
        raise TransitionRefusedError("Nothing was replaced here that could be undone.")
    entry = BinEntry.objects.select_related("root").filter(pk=case.bin_entry_id or 0, state=BinState.HELD).first()
    if entry is None:
        return _finish(case, None, user)
    bring_out(entry)
    try:
        return _finish(case, entry, user)
    except BaseException:
        put_back(entry)
        raise


def _finish(case: UpgradeCase, entry: BinEntry | None, user: Any) -> Download:
    with transaction.atomic():
        mine = UpgradeCase.objects.filter(pk=case.pk, status=UpgradeStatus.REPLACED)
        if not mine.update(
            status=UpgradeStatus.UNDONE, decided_at=clock.now(), decided_by=getattr(user, "username", "")
        ):
            raise TransitionRefusedError("This replacement has been undone already.")
        download = (
            Download.objects.select_for_update(of=("self",)).select_related("file__root").get(pk=case.download_id or 0)
        )
        file = take_restored(entry) if entry else _still_stored(case)
        entries = _exchange_back(case, download, file)
        publish_change("download_upgrade_undone", download)
        audit(user, "upgrade.undo", case.pk, {"download": download.pk})
        reach("upgrade.before_undo_commit")
    settle_entries(entries)
    log.info("Undid the replacement of a picture", file=download.filename)
    return download


def _still_stored(case: UpgradeCase) -> StoredFile:
    """The old file, where other records share it."""
    file = StoredFile.objects.filter(
        pk=case.old_record.get("file_id"), sha256=case.old_record.get("file_hash", "")
    ).first()
    if file is None:
        raise TransitionRefusedError("The old file is not in the recycle bin any more.")
    return file


def _exchange_back(case: UpgradeCase, download: Download, file: StoredFile) -> list[BinEntry]:
    changes = CubeChanges()
    changes.remove(download)
    larger, was = (
        download.file,
        Download(**{f.attname: getattr(download, f.attname) for f in download._meta.concrete_fields}),
    )
    columns = {name: value for name, value in case.old_record.items() if name not in _OF_THE_RECORD}
    apply_snapshot(download, columns)
    download.file = file
    download.filename = file.path.rsplit("/", 1)[-1]
    download.save()
    changes.add(download)
    changes.write()
    if larger is None or Download.objects.filter(file=larger).exists():
        return []
    was.media_id, was.url = case.new_record["media_id"], case.new_record["url"]
    entries = put_in_bin({larger: [was]}, reason=BinReason.REPLACED, lives_on=download)
    StoredFile.objects.filter(pk=larger.pk).delete()
    return entries
