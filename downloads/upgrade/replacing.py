"""Putting the larger file in the smaller one's place: the record's id stays, both files do too.

One transaction: the record takes the larger file, the larger one's own record becomes another name
of it, the smaller file gets its row in the recycle bin. The only rename comes after the commit, and
whatever it leaves half done the bin's recovery finishes. So a crash anywhere loses neither file.
"""

from typing import Any

import structlog
from django.db import transaction

from downloads.bin.entries import put_in_bin, retention_days
from downloads.bin.moving import settle_entries
from downloads.bin.snapshots import snapshot_of
from downloads.cube import CubeChanges
from downloads.models import (
    BinEntry,
    BinReason,
    Download,
    DownloadStatus,
    MediaAlias,
    StoredFile,
    UpgradeCase,
    UpgradeStatus,
)
from mediadl import clock
from mediadl.events.services import publish
from mediadl.failpoints import reach

OPEN = (UpgradeStatus.LOOKING, UpgradeStatus.REVIEW)
_OF_THE_FILE = (
    "filename", "file_id", "file_size", "file_hash", "width", "height", "has_thumbnail", "downloader", "collection",
)  # fmt: skip
log = structlog.get_logger("Downloads")


class NotReplaceableError(Exception):
    """One of the two is not as it was when they were compared."""


def replace(case: UpgradeCase, *, reason: str, figures: dict[str, Any], decided_by: str = "") -> Download:
    """Replace the case's ``download`` by its ``candidate``; answers the record as it is now.

    Raises:
        NotReplaceableError: the case is decided, or one of the records is gone or failed.
    """
    with transaction.atomic():
        found = UpgradeCase.objects.select_for_update().filter(pk=case.pk, status__in=OPEN).first()
        old, new = _loaded(case.download_id), _loaded(case.candidate_id)
        if found is None or old is None or new is None:
            raise NotReplaceableError
        entries = _exchange(case, old, new)
        case.status, case.reason, case.figures = UpgradeStatus.REPLACED, reason, figures
        case.decided_at, case.decided_by = clock.now(), decided_by
        case.candidate = None
        case.bin_entry = entries[0] if entries else None
        case.save()
        new_id = new.pk
        new.delete()
        publish_change("download_upgraded", old, replaced_id=new_id)
        reach("upgrade.before_commit")
    reach("upgrade.after_commit")
    settle_entries(entries)
    log.info("Replaced a picture by a larger copy", file=old.filename, pixels=f"{old.width}x{old.height}")
    return old


def publish_change(event: str, download: Download, **more: Any) -> None:
    """Tell open pages which record has another file now."""
    resolution = f"{download.width}x{download.height}" if download.width and download.height else None
    publish(
        event,
        {
            "download_id": download.pk,
            "source": download.source,
            "filename": download.filename,
            "resolution": resolution,
            "upgraded": download.upgraded,
            **more,
        },
    )


def add_alias(new: Download, download: Download) -> None:
    """From now on ``new``'s media id means ``download``."""
    MediaAlias.objects.update_or_create(
        platform=new.platform,
        media_id=new.media_id,
        defaults={"media_url_key": new.media_url_key, "download": download},
    )


def _loaded(pk: int | None) -> Download | None:
    rows = Download.objects.select_for_update(of=("self",)).select_related("file__root")
    return rows.filter(pk=pk or 0, status=DownloadStatus.COMPLETED, file__isnull=False).first()


def _exchange(case: UpgradeCase, old: Download, new: Download) -> list[BinEntry]:
    changes = CubeChanges()
    changes.remove(old)
    changes.remove(new)
    case.old_record, case.new_record = snapshot_of(old), snapshot_of(new)
    before, was = old.file, _copy_of(old)
    for name in _OF_THE_FILE:
        setattr(old, name, getattr(new, name))
    old.upgraded = True
    old.metadata = {**{key: found for key, found in old.metadata.items() if key != "same_bytes_as"}, **_origin(was)}
    old.save()
    changes.add(old)
    add_alias(new, old)
    MediaAlias.objects.filter(download=new).update(download=old)
    changes.write()
    if before is None or before.pk == new.file_id or Download.objects.filter(file=before).exists():
        return []  # other records share it
    entries = []
    if retention_days():
        entries = put_in_bin({before: [was]}, reason=BinReason.REPLACED, lives_on=old)
        StoredFile.objects.filter(pk=before.pk).delete()
    return entries


def _origin(was: Download) -> dict[str, Any]:
    return {"upgraded_from": {"downloader": was.downloader, "resolution": f"{was.width}x{was.height}"}}


def _copy_of(download: Download) -> Download:
    columns = {field.attname: getattr(download, field.attname) for field in Download._meta.concrete_fields}
    return Download(**columns)
