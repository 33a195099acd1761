"""Deleting downloads: the record goes, the memory of it stays, shared bytes outlive it."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import transaction

from downloads.cube import CubeChanges
from downloads.folders import folder
from downloads.models import AdoptedEntry, Download, StoredFile, Tombstone
from downloads.thumbnails import remove_thumbnail
from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import NotFoundError
from mediadl.media import MediaError


def delete_download(*, download_id: int, delete_file: bool = False, forget: bool = False, user: Any = None) -> None:
    """Delete one record; a file that is gone already does not matter.

    Args:
        delete_file: remove the file too, unless another record shares its path; a hard link of the
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


def delete_records(downloads: Sequence[Download], *, delete_file: bool, forget: bool) -> None:
    """Delete loaded records (with ``file__root``) inside the caller's transaction; files go after its commit."""
    changes = CubeChanges()
    for download in downloads:
        changes.remove(download)
    if forget:
        _forget(downloads)
    else:
        _remember(downloads)
    files = {download.file for download in downloads if download.file is not None}
    hashes = {download.file_hash for download in downloads if download.file_hash}
    Download.objects.filter(pk__in=[download.pk for download in downloads]).delete()
    changes.write()
    unused = [file for file in files if not Download.objects.filter(file_id=file.pk).exists()]
    StoredFile.objects.filter(pk__in=[file.pk for file in unused]).delete()
    transaction.on_commit(lambda: _remove_from_disk(unused if delete_file else (), hashes))


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


def _remove_from_disk(files: Iterable[StoredFile], hashes: Iterable[str]) -> None:
    for file in files:
        # Another run may have stored the same name again since the commit.
        if not StoredFile.objects.filter(root_id=file.root_id, path=file.path).exists():
            remove_stored_file(Path(file.root.path), file.path)
    for sha256 in hashes:
        if not Download.objects.filter(file__sha256=sha256).exists():
            remove_thumbnail(sha256)


def remove_stored_file(root: Path, path: str) -> None:
    """Remove one file below a media root, following no link, and its folders once they are empty."""
    *parents, name = path.split("/")
    with suppress(OSError, MediaError):
        with folder(root, parents) as inside:
            os.unlink(name, dir_fd=inside)
        while parents:  # rmdir refuses a folder that is not empty
            with folder(root, parents[:-1]) as outer:
                os.rmdir(parents.pop(), dir_fd=outer)
