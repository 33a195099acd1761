"""A queue item as the API shows it: the specification's members and the documented additions."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from downloads.media_root import current_root
from downloads.naming import collection_of, safe_part
from mediadl import clock
from mediadl.api.errors import ApiError
from platforms import registry
from queue_app.blocks import read_blocks, why_not_running
from queue_app.models import QueueItem
from queue_app.states import Status


def items_json(items: Sequence[QueueItem]) -> list[dict[str, Any]]:
    """Several items; what blocks pending ones is read once for all."""
    now = clock.now()
    root = PurePosixPath(str(current_root()))
    pending = any(item.status == Status.PENDING for item in items)
    blocks = read_blocks(now) if pending else None
    shown = []
    for item in items:
        reason, until = None, None
        if blocks is not None and item.status == Status.PENDING:
            reason, until = why_not_running(item, blocks, now)
        shown.append(_json(item, root) | {"reason": reason, "next_attempt_at": _time(until)})
    return shown


def _json(item: QueueItem, root: PurePosixPath) -> dict[str, Any]:
    completed = item.status == Status.COMPLETED
    return {
        "id": item.pk,
        "url": item.url,
        "platform": item.platform,
        "source": item.source,
        "referer": item.referer,
        "save_path": str(root / _collection(item) / safe_part(item.source)),
        "priority": item.priority,
        "status": item.status,
        "attempts": item.attempts,
        "max_attempts": item.max_attempts,
        "created_date": _time(item.created_date),
        "started_at": _time(item.started_at),
        "download_date": _time(item.ended_at) if completed else None,
        "progress": item.progress,
        "estimated_completion": _time(item.estimated_completion) if item.status == Status.DOWNLOADING else None,
        "assigned_worker": item.lease_worker,
        "error_message": item.error_message,
        "metadata": _metadata(item),
        "items_downloaded": item.items_downloaded,
        "items_total": item.items_total,
        "items_skipped": item.items_skipped,
        "items_failed": item.items_failed,
    }


def _metadata(item: QueueItem) -> dict[str, Any]:
    """The client's own, and what it asked for where it did not say so itself."""
    asked = {
        "content_type": item.content_type or None,
        "downloader": item.used_downloader or item.downloader or None,
        "max_downloads": item.max_downloads,
        "days_back": item.days_back,
    }
    return {**{name: value for name, value in asked.items() if value is not None}, **item.metadata}


def _collection(item: QueueItem) -> str:
    name = item.used_downloader or item.downloader
    try:
        info = registry.downloader(item.platform, name) if name else registry.get(item.platform).downloaders[0]
    except (ApiError, IndexError):
        return collection_of(item.platform, False, name)  # noqa: FBT003 - agreed order
    return collection_of(item.platform, info.third_party, info.name)


def _time(moment: Any) -> str | None:
    return clock.isoformat_seconds(moment) if moment is not None else None
