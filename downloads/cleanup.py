"""The setting ``general.auto_cleanup_days``: files older than that are removed unless they are kept."""

from datetime import timedelta

import structlog

from downloads.cleanup_batches import Removal, RemovalPreview, loaded, preview_of, removable, remove_in_batches
from downloads.models import BinReason
from mediadl import clock
from mediadl.configuration.selectors import value

CLEANUP_SECONDS = 3.0  # one call; what is left is for the next one
log = structlog.get_logger("Downloads")


def preview_cleanup(days: int | None = None) -> RemovalPreview:
    """What :func:`clean_up` would remove now, with the setting or with ``days`` instead of it."""
    days = _days(days)
    if not days:
        return RemovalPreview(0, 0, None, ())
    return preview_of(removable(before=clock.now() - timedelta(days=days)))


def clean_up(*, days: int | None = None, seconds: float = CLEANUP_SECONDS) -> Removal:
    """Remove what was downloaded more than so many days ago and is not kept; 0 days means never.

    As after a DELETE with ``delete_file`` the items stay remembered, so no run fetches them again, and the files
    stay in the recycle bin for its days.

    Args:
        days: instead of the setting.
        seconds: no batch is begun after that time; ``finished`` tells whether anything is left.
    """
    days = _days(days)
    if not days:
        return Removal()
    rows = removable(before=clock.now() - timedelta(days=days))
    removal = remove_in_batches(
        lambda _bytes: loaded(rows),
        action="download.cleanup",
        detail={"older_than_days": days},
        seconds=seconds,
        into_bin=BinReason.CLEANED_UP,
    )
    if removal.files:
        log.info("Removed files that were too old", files=removal.files, bytes=removal.bytes, older_than_days=days)
    return removal


def _days(days: int | None) -> int:
    return int(value("general.auto_cleanup_days")) if days is None else days
