"""Deleting downloads: the record goes, the memory of it stays, shared bytes outlive it."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import Any

from django.db import transaction

from downloads.bin.entries import put_in_bin, retention_days
from downloads.bin.moving import remove_empty_folders, settle_entries
from downloads.bin.purging import is_hash_in_use
from downloads.cube import CubeChanges
from downloads.folders import folder
from downloads.models import AdoptedEntry, BinEntry, BinReason, Download, MediaAlias, StoredFile, Tombstone
from downloads.sidecars.writing import remove_sidecars
from downloads.thumbnails import remove_thumbnail
from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import NotFoundError
from mediadl.media import MediaError


def delete_download(*, download_id: int, delete_file: bool = False, forget: bool = False, user: Any = None) -> None:
    """Delete one record; a file that is gone already does not matter.

    Args:
        delete_file: the file goes into the recycle bin too, unless another record shares its path; a hard link of the
            same bytes under another record's name stays.
        forget: do not remember the deletion, so that the next run fetches the item again.

    Raises:
        NotFoundError: there is no such download.
    """
    with transaction.atomic():
        found = list(Download.objects.select_related("file__root").filter(pk=download_id))
        if not found:
            raise NotFoundError("There is no download with this id.")
        delete_records(found, delete_file=delete_file, forget=forget)
        audit(user, "download.delete", download_id, {"delete_file": delete_file, "forget": forget})


def delete_records(
    downloads: Sequence[Download],
    *,
    delete_file: bool,
    forget: bool,
    into_bin: BinReason | None = BinReason.DELETED,
) -> None:
    """Delete loaded records (with ``file__root``) inside the caller's transaction; files go after its commit.

    Args:
        into_bin: files move into the recycle bin for this reason; None, or a bin that is switched
            off, removes them at once.
    """
    changes = CubeChanges()
    for download in downloads:
        changes.remove(download)
    if forget:
        _forget(downloads)
    else:
        _remember(downloads)
    snapshots = {download.pk: copy(download) for download in downloads}
    files = {download.file for download in downloads if download.file is not None}
    hashes = {download.file_hash for download in downloads if download.file_hash}
    Download.objects.filter(pk__in=[download.pk for download in downloads]).delete()
    changes.write()
    unused = [file for file in files if not Download.objects.filter(file_id=file.pk).exists()]
    unused_ids = [file.pk for file in unused]
    entries: list[BinEntry] = []
    if delete_file and into_bin is not None and retention_days():
        owners = {file: [one for one in snapshots.values() if one.file_id == file.pk] for file in unused}
        entries, unused = put_in_bin(owners, reason=into_bin), []
    StoredFile.objects.filter(pk__in=unused_ids).delete()
    transaction.on_commit(lambda: _remove_from_disk(entries, unused if delete_file else (), hashes))


def remove_tombstones(*, platform: str, media_ids: Iterable[str]) -> int:
    """Forget deletions, so that these items are fetched again; returns how many were remembered."""
    removed, _by_model = Tombstone.objects.filter(platform=platform, media_id__in=list(media_ids)).delete()
    return removed


def _remember(downloads: Sequence[Download]) -> None:
    now = clock.now()
    Tombstone.objects.bulk_create(
        [
            Tombstone(
                platform=download.platform,
                media_id=download.media_id,
                media_url_key=download.media_url_key,
                url=download.url,
                source=download.source,
                deleted_at=now,
            )
            for download in downloads
        ]
        + [
            Tombstone(
                platform=alias.platform,
                media_id=alias.media_id,
                media_url_key=alias.media_url_key,
                url=alias.download.url,
                source=alias.download.source,
                deleted_at=now,
            )
            for alias in MediaAlias.objects.filter(download__in=[one.pk for one in downloads]).select_related(
                "download"
            )
        ],
        ignore_conflicts=True,
    )


def _forget(downloads: Sequence[Download]) -> None:
    by_platform: dict[str, list[str]] = {}
    AdoptedEntry.objects.filter(download__in=downloads).delete()
    for download in downloads:
        by_platform.setdefault(download.platform, []).append(download.media_id)
    for platform, media_ids in by_platform.items():
        remove_tombstones(platform=platform, media_ids=media_ids)


def _remove_from_disk(entries: Sequence[BinEntry], files: Iterable[StoredFile], hashes: Iterable[str]) -> None:
    settle_entries(entries)
    for file in files:
        # Another run may have stored the same name again since the commit.
        if not StoredFile.objects.filter(root_id=file.root_id, path=file.path).exists():
            remove_stored_file(Path(file.root.path), file.path)
    for sha256 in hashes:
        if not is_hash_in_use(sha256):
            remove_thumbnail(sha256)


def remove_stored_file(root: Path, path: str) -> None:
    """Remove one file below a media root, following no link, and its folders once they are empty."""
    *parents, name = path.split("/")
    with suppress(OSError, MediaError):
        with folder(root, parents) as inside:
            os.unlink(name, dir_fd=inside)
            remove_sidecars(inside, name)
        remove_empty_folders(root, parents)
