"""Good defaults for what the store is given."""

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from downloads.partial import hold_partial, partial_key
from downloads.store_requests import FailureRecord, StoreRequest
from downloads.verification import VerifiedMedia
from mediadl.media import FailureKind, MediaError, MediaItem, MediaType
from mediadl.net.transfer import FetchResult

POST_DATE = datetime(2025, 10, 12, 14, 15, 23, tzinfo=UTC)


def picture_bytes(seed: int = 0, size: tuple[int, int] = (64, 48), image_format: str = "JPEG") -> bytes:
    """A small real picture, different for each seed."""
    out = io.BytesIO()
    Image.new("RGB", size, ((seed * 37) % 256, (seed * 91) % 256, seed % 256)).save(out, image_format)
    return out.getvalue()


def media_item(media_id: str = "123456789", **changes: Any) -> MediaItem:
    """A photo of a post."""
    values: dict[str, Any] = {
        "media_id": media_id,
        "page_url": "https://example.org/p/ABC123/",
        "candidates": (f"https://cdn.example.org/{media_id}.jpg?sig=1",),
        "content_type": "post",
        "post_date": POST_DATE,
    }
    return MediaItem(**{**values, **changes})


def fetched(data: bytes, **changes: Any) -> FetchResult:
    """A fetch that brought ``data``."""
    values: dict[str, Any] = {
        "url": "https://cdn.example.org/x.jpg",
        "status": 200,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "content_type": "image/jpeg",
        "content_disposition_name": "",
        "last_modified": None,
        "etag": "",
        "resumed_from": 0,
        "received_bytes": len(data),
    }
    return FetchResult(**{**values, **changes})


PICTURE = VerifiedMedia(MediaType.IMAGE, "jpg", "image/jpeg", width=64, height=48)


def store_request(root: Path, data: bytes, item: MediaItem | None = None, **changes: Any) -> StoreRequest:
    """A verified file in its partial file below ``root``."""
    item = item or media_item()
    key = partial_key("instagram", item.media_id, item.candidates[0])
    held = hold_partial(root, key, 1)
    held.path.write_bytes(data)
    held.close()
    values: dict[str, Any] = {
        "item": item,
        "platform": "instagram",
        "downloader": "fastdl",
        "collection": "fastdl",
        "source": "evalongoria",
        "queue_item_id": 7,
        "attempts": 1,
        "partial": held.path,
        "fetch": fetched(data),
        "verified": PICTURE,
    }
    return StoreRequest(**{**values, **changes})


def failure(media_id: str = "gone", **changes: Any) -> FailureRecord:
    """A media item whose file is gone."""
    values: dict[str, Any] = {
        "item": media_item(media_id),
        "platform": "instagram",
        "downloader": "fastdl",
        "collection": "fastdl",
        "source": "evalongoria",
        "queue_item_id": 7,
        "attempts": 1,
        "error": MediaError(FailureKind.GONE, "HTTP_404", "The site says that the file is gone."),
    }
    return FailureRecord(**{**values, **changes})
