"""A running item's progress in the shape of the specification's event."""

from datetime import datetime
from typing import Any

from downloads.naming import file_name
from mediadl import clock
from queue_app.engine.running import MediaTask, RunningItem

_BEFORE_THE_END = 99  # 100 is said once, by the transaction that completes the item
_UNKNOWN_REST = 20  # media assumed to come while the listing goes on
_EXTENSIONS = {"image": "jpg", "video": "mp4", "audio": "mp3"}


def percent(running: RunningItem) -> int:
    """How much is done, 0..99; never less than was shown before."""
    item = running.item
    done = float(item.items_downloaded + item.items_skipped + item.items_failed)
    for task in list(running.in_flight):
        if task.bytes_total:
            done += min(1.0, task.bytes_done / task.bytes_total)
    total = item.items_total if item.listing_ended and item.items_total else item.items_listed + _UNKNOWN_REST
    if item.max_downloads and not item.listing_ended:
        total = max(item.items_listed, item.max_downloads)
    share = int(100 * done / total) if total else 0
    running.shown_progress = max(running.shown_progress, min(share, _BEFORE_THE_END))
    return running.shown_progress


def progress_data(running: RunningItem, *, speed: float, eta_seconds: int | None) -> dict[str, Any]:
    """The event's ``data``; ``speed`` in bytes a second."""
    item = running.item
    return {
        "queue_id": item.pk,
        "url": item.url,
        "platform": item.platform,
        "source": item.source,
        "status": str(item.status),
        "progress": running.shown_progress,
        "items_downloaded": item.items_downloaded,
        "items_total": item.items_total,
        "current_item": current_name(running),
        "speed_mbps": round(speed * 8 / 1_000_000, 2),
        "eta_seconds": eta_seconds,
    }


def current_name(running: RunningItem) -> str | None:
    """The file that is fetched now, by the name that it will have as far as that is known."""
    task = next(iter(list(running.in_flight)), None)
    if task is not None:
        running.current_name = _name_of(running, task)
    return running.current_name or None


def _name_of(running: RunningItem, task: MediaTask) -> str:
    media = task.media
    moment: datetime = media.post_date or clock.now()
    ending = task.url.rsplit("/", 1)[-1].partition("?")[0].rpartition(".")[2].lower()
    known = ending if ending.isalnum() and 2 <= len(ending) <= 4 else ""
    extension = known or _EXTENSIONS.get(media.media_type.value if media.media_type else "", "bin")
    return file_name(source=running.item.source, moment=moment, media_id=media.media_id, extension=extension)
