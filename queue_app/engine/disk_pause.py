"""All downloading stands still while the disk cannot take files, and goes on by itself."""

from functools import partial

import structlog
from django.db import transaction

from downloads.media_root import free_space_problem
from mediadl import clock
from mediadl.media import FailureKind, MediaError
from mediadl.notifications.kinds import Kind, Level
from mediadl.notifications.services import notify
from queue_app.models import Pause

DISK_REASON = "disk_full"
_DETAIL_CHARACTERS = 500
# Without it, a disk that refused a write would look fine as soon as one byte is free, and pause again at once.
_ROOM_AFTER_FULL_BYTES = 16 * 1024 * 1024
log = structlog.get_logger("Queue")


def pause_for_disk(error: MediaError) -> None:
    """Stop claiming; tells everybody once. Inside the caller's transaction or its own."""
    with transaction.atomic():
        _pause, created = Pause.objects.get_or_create(
            reason=DISK_REASON,
            defaults={
                "detail": error.detail[:_DETAIL_CHARACTERS],
                "since": clock.now(),
                "needed_bytes": error.needed_bytes or (_ROOM_AFTER_FULL_BYTES if error.code == "DISK_FULL" else 0),
            },
        )
        if created:
            words = f"{error.detail} It goes on by itself when there is room again."
            notify(Kind.DISK, "Downloading Paused", words, "/settings", label="Settings")
            transaction.on_commit(partial(log.warning, "Downloading paused", reason=error.code, detail=error.detail))


def review_disk_pause() -> bool:
    """End the pause if what did not fit has room now; True while downloading stands still."""
    pause = Pause.objects.filter(reason=DISK_REASON).first()
    if pause is None:
        return False
    problem = free_space_problem(needed_bytes=pause.needed_bytes, empty_bin=True)
    if problem is not None and problem.kind is FailureKind.DISK:
        return True
    with transaction.atomic():
        if Pause.objects.filter(reason=DISK_REASON).delete()[0]:
            words = "There is room on the disk again."
            notify(Kind.DISK, "Downloading Goes On", words, level=Level.SUCCESS, auto_dismiss_seconds=5)
            transaction.on_commit(partial(log.info, "Downloading goes on"))
    return False
