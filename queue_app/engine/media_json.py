"""A media item as stored JSON, so that a later attempt fetches it without listing again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from mediadl.media import FetchMethod, MediaItem, MediaType

RENEWED = "renewed"  # whether the adapter was already asked again for a fresh link


def to_json(media: MediaItem, *, renewed: bool = False) -> dict[str, Any]:
    """All of ``media`` that its outcome's own columns do not hold."""
    return {
        "candidates": list(media.candidates),
        "content_type": media.content_type,
        "post_id": media.post_id,
        "post_date": media.post_date.isoformat() if media.post_date else None,
        "media_type": media.media_type.value if media.media_type else None,
        "size": media.size,
        "headers": dict(media.headers),
        "pinned": media.pinned,
        "metadata": dict(media.metadata),
        "method": media.method.value,
        "fetch_options": dict(media.fetch_options),
        "archive_keys": list(media.archive_keys),
        RENEWED: renewed,
    }


def from_json(media_id: str, page_url: str, stored: Mapping[str, Any]) -> MediaItem:
    """The media item again."""
    date, kind = stored.get("post_date"), stored.get("media_type")
    return MediaItem(
        media_id=media_id,
        page_url=page_url,
        candidates=tuple(stored.get("candidates", ())),
        content_type=stored.get("content_type", ""),
        post_id=stored.get("post_id", ""),
        post_date=datetime.fromisoformat(date) if date else None,
        media_type=MediaType(kind) if kind else None,
        size=stored.get("size"),
        headers=stored.get("headers", {}),
        pinned=stored.get("pinned", False),
        metadata=stored.get("metadata", {}),
        method=FetchMethod(stored.get("method", FetchMethod.HTTP.value)),
        fetch_options=stored.get("fetch_options", {}),
        archive_keys=tuple(stored.get("archive_keys", ())),
    )


def with_fresh_links(media: MediaItem, fresh: MediaItem) -> MediaItem:
    """``media`` with the links, headers and options that the adapter gave it just now."""
    return replace(
        media,
        candidates=fresh.candidates,
        headers=fresh.headers,
        method=fresh.method,
        fetch_options=fresh.fetch_options,
    )
