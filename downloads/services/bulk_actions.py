"""One action on many downloads, with an answer for each that could not be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction

from downloads.models import Download
from downloads.selectors.filters import DownloadFilters
from downloads.selectors.lists import matching_ids
from downloads.services.deleting import delete_records
from downloads.services.marking import mark_record_upgraded
from downloads.services.retrying import retry_record
from mediadl.accounts.services import audit
from mediadl.api.errors import ApiError, NotFoundError

MAX_BULK = 1000
_IN_ONE_TRANSACTION = 100  # so that no other writer waits long


class BulkAction(StrEnum):
    """What can be done to many downloads at once."""

    DELETE = "delete"
    RETRY = "retry"
    MARK_UPGRADED = "mark_upgraded"
    KEEP = "keep"
    UNKEEP = "unkeep"


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many succeeded and failed; ``errors`` as in the API: ``{id, error_code, detail}``."""

    success: int
    failed: int
    errors: list[dict[str, Any]]


def bulk(
    *,
    action: BulkAction | str,
    ids: Sequence[int] | None = None,
    filters: DownloadFilters | None = None,
    delete_files: bool = False,
    forget: bool = False,
    user: Any = None,
) -> BulkResult:
    """Do ``action`` to the downloads with ``ids``, or to the newest 1000 that match ``filters``."""
    action = BulkAction(action)
    wanted = list(dict.fromkeys(ids)) if ids is not None else matching_ids(filters or DownloadFilters(), MAX_BULK)
    errors: list[dict[str, Any]] = []
    for start in range(0, len(wanted), _IN_ONE_TRANSACTION):
        chunk = wanted[start : start + _IN_ONE_TRANSACTION]
        with transaction.atomic():
            failed = _do(action, chunk, delete_files=delete_files, forget=forget, user=user)
            done = sorted(set(chunk) - {error["id"] for error in failed})
            if done:
                audit(user, f"download.{action}", "bulk", {"ids": done, "delete_files": delete_files})
        errors += failed
    return BulkResult(len(wanted) - len(errors), len(errors), errors)


def _do(action: BulkAction, ids: list[int], *, delete_files: bool, forget: bool, user: Any) -> list[dict[str, Any]]:
    found = {row.pk: row for row in Download.objects.select_related("file__root").filter(pk__in=ids)}
    missing = [_error(pk, NotFoundError("There is no download with this id.")) for pk in ids if pk not in found]
    present = [found[pk] for pk in ids if pk in found]
    if action is BulkAction.DELETE:
        delete_records(present, delete_file=delete_files, forget=forget)
        return missing
    if action in (BulkAction.KEEP, BulkAction.UNKEEP):
        Download.objects.filter(pk__in=list(found)).update(kept=action is BulkAction.KEEP)
        return missing
    return missing + [error for download in present if (error := _mark_or_retry(action, download, user))]


def _mark_or_retry(action: BulkAction, download: Download, user: Any) -> dict[str, Any] | None:
    try:
        with transaction.atomic():
            if action is BulkAction.RETRY:
                retry_record(download, user)
            else:
                mark_record_upgraded(download)
    except ApiError as error:
        return _error(download.pk, error)
    return None


def _error(download_id: int, error: ApiError) -> dict[str, Any]:
    return {"id": download_id, "error_code": str(error.code), "detail": error.detail}
