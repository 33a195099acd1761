"""Retrying a failed download: the queue, which lies above this room, registers how."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from downloads.models import Download, DownloadStatus
from mediadl.accounts.services import audit
from mediadl.api.errors import NotFoundError, ServiceUnavailableError, TransitionRefusedError

Retry = Callable[[Download, Any], Any]
_retry: list[Retry] = []


def register_retry(callback: Retry) -> None:
    """Say how a failed download is fetched again: called inside a transaction with the record and the user."""
    _retry[:] = [callback]


def retry_download(*, download_id: int, user: Any = None) -> Any:
    """Fetch a failed download again; answers what the queue answered (its item).

    Raises:
        NotFoundError: there is no such download.
        TransitionRefusedError: it did not fail.
    """
    with transaction.atomic():
        download = Download.objects.filter(pk=download_id).first()
        if download is None:
            raise NotFoundError("There is no download with this id.")
        answer = retry_record(download, user)
        audit(user, "download.retry", download_id)
    return answer


def retry_record(download: Download, user: Any) -> Any:
    """The same for a loaded record, inside the caller's transaction."""
    if download.status != DownloadStatus.FAILED:
        raise TransitionRefusedError("Only a failed download can be retried; this one is completed.")
    if not _retry:
        raise ServiceUnavailableError("The queue is not there to take the retry.")
    return _retry[0](download, user)
