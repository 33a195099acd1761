"""A download as the API shows it (spec: Download Endpoints)."""

from collections.abc import Mapping, Sequence
from typing import Any

from downloads.models import Download
from mediadl.clock import isoformat_seconds

_COLUMNS = (
    "id", "url", "url_hash", "platform", "source", "content_type", "filename", "file_size", "file_hash", "post_date",
    "download_date", "status", "attempts", "kept", "media_id", "media_url", "media_type", "downloader", "width",
    "height", "duration_seconds", "upgraded", "has_thumbnail", "error", "error_code", "queue_item_id", "metadata",
    "file__path", "file__root__path",
)  # fmt: skip


def rows_of(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The downloads with these ids, in this order; one query."""
    found = {row["id"]: download_json(row) for row in Download.objects.filter(pk__in=ids).values(*_COLUMNS)}
    return [found[pk] for pk in ids if pk in found]


def download_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """One download in the API's shape."""
    path = row["file__path"]
    return {
        "id": row["id"],
        "url": row["url"],
        "url_hash": row["url_hash"],
        "platform": row["platform"],
        "source": row["source"],
        "content_type": row["content_type"],
        "filename": row["filename"],
        "file_path": f"{row['file__root__path'].rstrip('/')}/{path}" if path else None,
        "file_size": row["file_size"],
        "file_hash": f"sha256:{row['file_hash']}" if row["file_hash"] else None,
        "post_date": isoformat_seconds(row["post_date"]) if row["post_date"] else None,
        "download_date": isoformat_seconds(row["download_date"]),
        "status": row["status"],
        "attempts": row["attempts"],
        "kept": row["kept"],
        "metadata": _metadata(row),
    }


def _metadata(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the adapter gave, then what we know better."""
    metadata: dict[str, Any] = dict(row["metadata"] or {})
    known = bool(row["width"] and row["height"])
    metadata |= {
        "media_id": row["media_id"],
        "resolution": f"{row['width']}x{row['height']}" if known else None,
        "upgraded": row["upgraded"],
        "downloader": row["downloader"],
        "media_url": row["media_url"],
        "media_type": row["media_type"] or None,
        "width": row["width"],
        "height": row["height"],
        "has_thumbnail": row["has_thumbnail"],
        "queue_id": row["queue_item_id"],
    }
    if row["duration_seconds"] is not None:
        metadata["duration_seconds"] = row["duration_seconds"]
    if row["status"] == "failed":
        metadata["error"] = row["error"]
        metadata["error_code"] = row["error_code"]
    return metadata
