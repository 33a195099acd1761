"""The queue's events, in the shape of the specification's examples."""

from mediadl.events.services import Event
from queue_app.models import QueueItem


def queue_updated(action: str, item: QueueItem) -> Event:
    """``added``, ``updated`` or ``removed``: one item changed."""
    return Event(
        "queue_updated",
        {
            "action": action,
            "item": {"id": item.pk, "platform": item.platform, "source": item.source, "status": str(item.status)},
        },
    )


def queue_cleared(statuses: list[str], deleted: int) -> Event:
    """Ended items were removed all at once."""
    return Event("queue_updated", {"action": "cleared", "item": None, "status": statuses, "deleted": deleted})


def download_completed(item: QueueItem, duration_seconds: int) -> Event:
    """An item ended well."""
    return Event(
        "download_completed",
        {
            "queue_id": item.pk,
            "platform": item.platform,
            "source": item.source,
            "items_downloaded": item.items_downloaded,
            "duration_seconds": duration_seconds,
            "status": str(item.status),
        },
    )
