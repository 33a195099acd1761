"""All downloading stands still while the disk cannot take files, and goes on by itself."""

from django.db import transaction

from downloads.media_root import free_space_problem
from mediadl import clock
from mediadl.events.services import publish
from mediadl.media import MediaError
from queue_app.models import Pause
from queue_app.queue_events import notification

DISK_REASON = "disk_full"
_DETAIL_CHARACTERS = 500


def pause_for_disk(error: MediaError) -> None:
    """Stop claiming; tells everybody once. Inside the caller's transaction or its own."""
    with transaction.atomic():
        _pause, created = Pause.objects.get_or_create(
            reason=DISK_REASON, defaults={"detail": error.detail[:_DETAIL_CHARACTERS], "since": clock.now()}
        )
        if created:
            note = notification(
                "error",
                "Downloading Paused",
                f"{error.detail} It goes on by itself when there is room again.",
                link="/settings",
                label="Settings",
            )
            publish(note.type, note.data)


def review_disk_pause() -> bool:
    """End the pause if the disk is fine again; True while downloading stands still."""
    if not Pause.objects.filter(reason=DISK_REASON).exists():
        return False
    if free_space_problem() is not None:
        return True
    with transaction.atomic():
        if Pause.objects.filter(reason=DISK_REASON).delete()[0]:
            note = notification(
                "success", "Downloading Goes On", "There is room on the disk again.", auto_dismiss_seconds=5
            )
            publish(note.type, note.data)
    return False
