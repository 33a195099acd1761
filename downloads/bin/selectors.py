"""Reading the bin."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from downloads.bin.entries import retention_days
from downloads.models import BinEntry, BinState
from downloads.selectors.locations import FileLocation, thumbnail_at
from downloads.thumbnails import thumbnail_path
from mediadl.api.errors import NotFoundError
from mediadl.clock import isoformat_seconds


@dataclass(frozen=True, slots=True)
class BinPage:
    """A page of entries in the API's shape, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


def list_bin(*, source: str | None = None, reason: str | None = None, page: int = 1, per_page: int = 50) -> BinPage:
    """What lies in the bin, newest first."""
    rows = BinEntry.objects.exclude(state=BinState.RESTORING)
    if source:
        rows = rows.filter(source=source)
    if reason:
        rows = rows.filter(reason=reason)
    found = rows.order_by("-binned_at", "-pk")[(page - 1) * per_page : page * per_page]
    return BinPage([entry_json(entry) for entry in found], rows.count())


def thumbnail_of(entry_id: int) -> FileLocation:
    """The small picture of an entry.

    Raises:
        NotFoundError: it is not in the bin.
        ThumbnailUnavailableError: it has none.
    """
    entry = BinEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise NotFoundError("This file is not in the recycle bin any more.")
    return thumbnail_at(entry.sha256, f"bin-{entry_id}.jpg")


def entry_json(entry: BinEntry) -> dict[str, Any]:
    """One entry in the API's shape."""
    return {
        "id": entry.pk,
        "filename": entry.filename,
        "path": entry.path,
        "platform": entry.platform,
        "source": entry.source,
        "media_type": entry.media_type or None,
        "file_size": entry.size,
        "file_hash": f"sha256:{entry.sha256}",
        "reason": entry.reason,
        "download_id": entry.download_id,
        "binned_at": isoformat_seconds(entry.binned_at),
        "expires_at": isoformat_seconds(entry.binned_at + timedelta(days=retention_days())),
        "has_thumbnail": thumbnail_path(entry.sha256).is_file(),
    }
