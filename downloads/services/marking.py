"""Marks on single downloads: kept (never cleaned up or replaced), upgraded."""

from typing import Any

from django.db import transaction

from downloads.cube import CubeChanges
from downloads.models import Download, DownloadStatus
from mediadl.accounts.services import audit
from mediadl.api.errors import NotFoundError, TransitionRefusedError


def set_kept(*, download_id: int, kept: bool, user: Any = None) -> None:
    """Keep a download from clean-up and replacement, or no longer.

    Raises:
        NotFoundError: there is no such download.
    """
    with transaction.atomic():
        if not Download.objects.filter(pk=download_id).update(kept=kept):
            raise NotFoundError("There is no download with this id.")
        audit(user, "download.keep" if kept else "download.unkeep", download_id)


def mark_upgraded(*, download_id: int, user: Any = None) -> None:
    """Say that a download is there in its best quality.

    Raises:
        NotFoundError: there is no such download.
        TransitionRefusedError: it failed.
    """
    with transaction.atomic():
        download = Download.objects.filter(pk=download_id).first()
        if download is None:
            raise NotFoundError("There is no download with this id.")
        mark_record_upgraded(download)
        audit(user, "download.mark_upgraded", download_id)


def mark_record_upgraded(download: Download) -> None:
    """The same for a loaded record, inside the caller's transaction."""
    if download.status != DownloadStatus.COMPLETED:
        raise TransitionRefusedError("Only a completed download can be marked as upgraded; retry it first.")
    if download.upgraded:
        return
    changes = CubeChanges()
    changes.remove(download)
    download.upgraded = True
    download.save(update_fields=["upgraded"])
    changes.add(download)
    changes.write()
