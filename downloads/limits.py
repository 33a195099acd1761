"""The setting ``general.storage_limit_gb``: what the library takes may not exceed it.

``general.storage_limit_action`` says what happens at the limit: all downloading stops until there
is room, or the oldest files go, never a kept one; what lies in the recycle bin goes before both.
Bytes are counted as the library shows them: for each record, also where records share a file.
"""

from collections.abc import Sequence
from enum import StrEnum

import structlog

from downloads.bin.purging import bin_bytes, purge_for_room
from downloads.cleanup_batches import (
    Removal,
    RemovalPreview,
    enough_of,
    loaded,
    preview_of,
    removable,
    remove_in_batches,
)
from downloads.cube import total_bytes
from downloads.models import Download
from mediadl.configuration.selectors import value
from mediadl.media import FailureKind, MediaError

ROOM_SECONDS = 3.0  # for one call; what is left is for the next one
_GIBIBYTE = 1024**3
log = structlog.get_logger("Downloads")


class LimitAction(StrEnum):
    """What happens when the library has reached its limit."""

    STOP = "stop"
    REMOVE_OLDEST = "remove_oldest"


def limit_bytes() -> int:
    """The limit in bytes; 0 means none."""
    return int(value("general.storage_limit_gb")) * _GIBIBYTE


def removes_oldest() -> bool:
    """Whether room is made by removing the oldest files."""
    return str(value("general.storage_limit_action")) == LimitAction.REMOVE_OLDEST


def limit_problem(needed_bytes: int = 0) -> MediaError | None:
    """Why ``needed_bytes`` more cannot be stored, or None.

    Of kind ``DISK`` where waiting helps, ``REFUSED`` for a file that alone is larger than the limit.
    Where the oldest files may go, only a library that is over its limit already is a problem, or
    one without a file that may be removed.
    """
    limit = limit_bytes()
    if not limit:
        return None
    used = total_bytes()
    if used + needed_bytes <= limit:
        return None
    if removes_oldest() and used <= limit >= needed_bytes and removable().exists():
        return None
    return _problem(used, needed_bytes, limit)


def refuse_what_does_not_fit(sizes: Sequence[int]) -> list[MediaError | None]:
    """For each file that is about to be stored, in order, why it may not be; makes room if it should.

    Called by the one thread that stores, outside of a transaction: so the limit holds exactly,
    whatever a site had said about a file's size.
    """
    limit = limit_bytes()
    if not limit:
        return [None] * len(sizes)
    needed = sum(size for size in sizes if size <= limit)
    empty_bin_for(needed)
    if removes_oldest():
        make_room(needed)
    used = total_bytes()
    answers: list[MediaError | None] = []
    for size in sizes:
        problem = None if used + size <= limit else _problem(used, size, limit)
        used += 0 if problem else size
        answers.append(problem)
    return answers


def empty_bin_for(needed_bytes: int) -> None:
    """The recycle bin counts too, and goes first: its oldest files, as far as ``needed_bytes`` more ask for it."""
    if limit_bytes() and (over := _missing(needed_bytes) + bin_bytes()) > 0:
        purge_for_room(over)


def is_over_limit() -> bool:
    """Whether the library takes more than its limit, and emptying the bin or removing its oldest files helps."""
    if limit_bytes() and (held := bin_bytes()) and _missing(held) > 0:
        return True
    missing = _missing(0)
    return missing > 0 and removes_oldest() and _would_suffice(missing)


def preview_limit(*, needed_bytes: int = 0, limit_gb: int | None = None) -> RemovalPreview:
    """Which of the oldest files would go to bring the library, with so many bytes more, to its limit.

    ``limit_gb``: instead of the setting. Whether they do go is ``storage_limit_action``'s choice.
    """
    missing = _missing(needed_bytes, limit_gb)
    rows = enough_of(removable().only("id", "file_size", "download_date").iterator(), missing)
    if sum(row.file_size for row in rows) < missing:
        rows = []
    return preview_of(Download.objects.filter(pk__in=[row.pk for row in rows]).order_by("download_date", "id"))


def make_room(needed_bytes: int = 0, *, seconds: float = ROOM_SECONDS) -> Removal:
    """Remove the oldest files until ``needed_bytes`` more fit below the limit.

    Nothing is removed where removing all that is not kept would not be enough: it would be in vain.
    """
    empty_bin_for(needed_bytes)
    missing = _missing(needed_bytes)
    if missing <= 0 or not removes_oldest():
        return Removal()
    if not _would_suffice(missing):
        log.warning("The kept files alone do not fit below the storage limit; nothing was removed", missing=missing)
        return Removal()
    rows = removable()
    removal = remove_in_batches(
        lambda removed: enough_of(loaded(rows), missing - removed) if removed < missing else [],
        action="download.storage_limit",
        detail={"limit_gb": limit_bytes() // _GIBIBYTE},
        seconds=seconds,
    )
    log.info("Removed the oldest files to stay below the limit", files=removal.files, bytes=removal.bytes)
    return removal


def _missing(needed_bytes: int, limit_gb: int | None = None) -> int:
    limit = limit_bytes() if limit_gb is None else limit_gb * _GIBIBYTE
    return total_bytes() + needed_bytes - limit if limit else 0


def _would_suffice(missing: int) -> bool:
    for size in removable().values_list("file_size", flat=True).iterator():
        missing -= size
        if missing <= 0:
            return True
    return False


def _problem(used: int, needed_bytes: int, limit: int) -> MediaError:
    shown = f"The library holds {used / _GIBIBYTE:.1f} GB, its limit is {limit // _GIBIBYTE} GB."
    if needed_bytes > limit:
        detail = f"This file of {needed_bytes / _GIBIBYTE:.1f} GB is larger than the storage limit. Raise the limit."
        return MediaError(FailureKind.REFUSED, "OVER_STORAGE_LIMIT", detail)
    advice = "Delete files or raise storage_limit_gb; downloads go on by themselves."
    if removes_oldest():
        advice = "The oldest files that are not kept are being removed; if there are none, raise storage_limit_gb."
    return MediaError(FailureKind.DISK, "STORAGE_LIMIT", f"{shown} {advice}", needed_bytes=needed_bytes)
