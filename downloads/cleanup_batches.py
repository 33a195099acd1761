"""Removing many stored downloads, oldest first and never a kept one, as a person's DELETE would."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, QuerySet, Sum

from downloads.models import BinReason, Download, DownloadStatus, MediaRoot
from downloads.services.deleting import delete_records
from mediadl.accounts.services import audit

BATCH_ROWS = 100  # in one transaction, so that no other writer waits long
PREVIEW_ROWS = 100


@dataclass(frozen=True, slots=True)
class Removal:
    """What went.

    Attributes:
        finished: False where the time was over before everything was removed.
    """

    files: int = 0
    bytes: int = 0
    finished: bool = True


@dataclass(frozen=True, slots=True)
class RemovalPreview:
    """What would go; ``first`` holds the ids of the oldest of them."""

    files: int
    bytes: int
    oldest: datetime | None
    first: tuple[int, ...]


def removable(*, before: datetime | None = None) -> QuerySet[Download]:
    """Stored downloads that may be removed without asking, oldest first.

    Those on a disk that is away or read-only are left out: their files would outlive their records.
    """
    rows = Download.objects.filter(status=DownloadStatus.COMPLETED, kept=False)
    if before is not None:
        rows = rows.filter(download_date__lt=before)
    if away := _unusable_roots():
        rows = rows.exclude(file__root__in=away)
    return rows.order_by("download_date", "id")


def preview_of(rows: QuerySet[Download]) -> RemovalPreview:
    """What removing all of ``rows`` would remove."""
    sums = rows.aggregate(files=Count("id"), bytes=Sum("file_size"), oldest=Min("download_date"))
    first = tuple(rows.values_list("id", flat=True)[:PREVIEW_ROWS])
    return RemovalPreview(sums["files"], sums["bytes"] or 0, sums["oldest"], first)


def remove_in_batches(
    next_batch: Callable[[int], list[Download]],
    *,
    action: str,
    detail: Mapping[str, Any],
    seconds: float,
    into_bin: BinReason | None = None,
) -> Removal:
    """Remove batch after batch, each in a transaction with its audit entry; files go after each commit.

    Args:
        next_batch: called inside the transaction with the bytes removed so far; answers loaded
            records (with ``file__root``) to be removed next, none at the end.
        action: the audit entry's dotted word.
        detail: what the audit entry tells besides the ids.
        seconds: no batch is begun after that time.
        into_bin: the reason why files go into the recycle bin; None removes them at once.
    """
    until = time.monotonic() + seconds
    files = size = 0
    while True:
        with transaction.atomic():
            batch = next_batch(size)
            if not batch:
                return Removal(files, size)
            ids = [download.pk for download in batch]
            batch_bytes = sum(download.file_size for download in batch)
            delete_records(batch, delete_file=True, forget=False, into_bin=into_bin)
            audit(None, action, "bulk", {**detail, "ids": ids, "bytes": batch_bytes})
        files, size = files + len(batch), size + batch_bytes
        if time.monotonic() >= until:
            return Removal(files, size, finished=False)


def loaded(rows: QuerySet[Download]) -> list[Download]:
    """The first batch of ``rows``, locked where the database can, as :func:`remove_in_batches` wants it."""
    return list(rows.select_related("file__root").select_for_update(of=("self",))[:BATCH_ROWS])


def enough_of(rows: Iterable[Download], wanted_bytes: int) -> list[Download]:
    """As many of ``rows``, from the first on, as together hold ``wanted_bytes``."""
    chosen: list[Download] = []
    for download in rows:
        if wanted_bytes <= 0:
            break
        wanted_bytes -= download.file_size
        chosen.append(download)
    return chosen


def _unusable_roots() -> list[int]:
    return [pk for pk, path in MediaRoot.objects.values_list("id", "path") if not _is_usable(path)]


def _is_usable(root: str) -> bool:
    """Whether the root is there, holds something (else its disk is away), and can be written."""
    with suppress(OSError), os.scandir(root) as entries:
        return next(entries, None) is not None and os.access(root, os.W_OK | os.X_OK)
    return False
