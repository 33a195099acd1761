"""What a retry takes up: the failed and missing media from the stored outcomes."""

from typing import Any

from mediadl.media import OutcomeKind
from queue_app import preferences
from queue_app.models import Outcome, QueueItem
from queue_app.states import Status


def prepare_retry(item: QueueItem) -> dict[str, Any]:
    """Set the failed outcomes back to ``listed``; returns the item's columns for the new round.

    Listing starts again only where it had not ended, or had found nothing at all.
    """
    Outcome.objects.filter(item=item, outcome=OutcomeKind.FAILED.value).update(
        outcome=OutcomeKind.LISTED.value, reason="", detail="", retryable=False, attempts=0, next_attempt_at=None
    )
    return {
        "items_failed": 0,
        "max_attempts": item.attempts + preferences.max_attempts(),
        "next_attempt_at": None,
        "reason": "",
        "error_code": "",
        "error_message": None,
        "deaths": 0,
        "deaths_alone": 0,
        "listing_ended": item.listing_ended and item.items_listed > 0,
    }


def give_try_back(item: QueueItem) -> dict[str, Any]:
    """A pause is nobody's failure: the try that it ends does not count."""
    if item.status == Status.DOWNLOADING:
        return {"attempts": max(0, item.attempts - 1)}
    return {}


def columns_to_resume(_item: QueueItem) -> dict[str, Any]:
    """An item that is let go on starts now, also one that waits for a retry."""
    return {"next_attempt_at": None, "reason": ""}
