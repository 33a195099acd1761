"""The queue's events, in the shape of the specification's examples."""

from typing import Any

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


def notification(
    level: str, title: str, message: str, *, link: str = "", label: str = "", auto_dismiss_seconds: int | None = None
) -> Event:
    """A note to everybody; ``link`` is a page of the interface."""
    action: dict[str, Any] | None = {"label": label, "link": link} if link else None
    return Event(
        "notification",
        {
            "level": level,
            "title": title,
            "message": message,
            "action": action,
            "auto_dismiss_seconds": auto_dismiss_seconds,
        },
    )
