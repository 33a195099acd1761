"""From what the engine hands over to the columns of a download, before any transaction begins."""

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from downloads.store_requests import FailureRecord, StoredRow, StoreRequest
from mediadl import clock
from mediadl.media import MediaError, MediaItem
from mediadl.net.urls import media_url_key, normalise_url

MAX_SOURCE = 120


def row_of(request: StoreRequest) -> StoredRow:
    """The row of a stored file."""
    verified, item = request.verified, request.item
    metadata: dict[str, Any] = storable_json(item.metadata)
    if verified.unverified:
        metadata["unverified"] = True
    return StoredRow(
        **_identity(item, request.platform, request.downloader, request.collection, request.source),
        media_type=verified.media_type.value,
        sha256=request.fetch.sha256,
        size=request.fetch.size,
        width=verified.width,
        height=verified.height,
        duration_seconds=verified.duration_seconds,
        attempts=max(request.attempts, 1),
        has_thumbnail=verified.has_thumbnail,
        queue_item_id=request.queue_item_id,
        metadata=metadata,
    )


def row_of_failure(record: FailureRecord) -> StoredRow:
    """The row of a media item that failed for good."""
    item = record.item
    return StoredRow(
        **_identity(item, record.platform, record.downloader, record.collection, record.source),
        media_type=item.media_type.value if item.media_type else "",
        sha256="",
        size=0,
        width=None,
        height=None,
        duration_seconds=None,
        attempts=max(record.attempts, 1),
        has_thumbnail=False,
        queue_item_id=record.queue_item_id,
        metadata=storable_json(item.metadata),
    )


def moment_of(request: StoreRequest) -> datetime:
    """The time in the file's name and its mtime: the post's, else the server's, else now."""
    return request.item.post_date or request.fetch.last_modified or clock.now()


def storable(text: str) -> str:
    """``text`` without what databases refuse: NUL characters and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def storable_json(value: object) -> Any:
    """A JSON value with :func:`storable` texts throughout."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(name)): storable_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float) else storable(str(value))


def key_of(url: str) -> str:
    """The media URL without its signature, hashed; empty for what is no URL."""
    try:
        return media_url_key(url)
    except MediaError:
        return ""


def _identity(item: MediaItem, platform: str, downloader: str, collection: str, source: str) -> dict[str, Any]:
    media_url = item.candidates[0] if item.candidates else ""
    try:
        url = normalise_url(item.page_url)
    except MediaError:
        url = item.page_url
    return {
        "media_id": storable(item.media_id)[:200],
        "url": storable(item.page_url),
        "url_hash": hashlib.sha256(url.encode("utf-8", "replace")).hexdigest(),
        "platform": platform,
        "downloader": downloader,
        "collection": collection,
        "source": storable(source)[:MAX_SOURCE],
        "content_type": storable(item.content_type)[:20],
        "media_url": storable(media_url),
        "media_url_key": key_of(media_url) if media_url else "",
        "post_date": item.post_date,
    }
