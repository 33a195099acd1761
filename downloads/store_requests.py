"""What goes into the store and comes out of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from downloads.verification import VerifiedMedia
from mediadl.media import MediaError, MediaItem, OutcomeKind

if TYPE_CHECKING:
    from downloads.journals import Journal
    from mediadl.net.transfer import FetchResult  # the web process need not load the HTTP client


@dataclass(frozen=True, slots=True)
class StoreRequest:
    """One fetched and verified file, still in its partial file.

    Attributes:
        partial: its place, ``<root>/.partial/...``; the owner holds it locked until it is placed.
        thumbnail: where verification wrote one, if it did; best ``thumbnail_path(fetch.sha256)``.
    """

    item: MediaItem
    platform: str
    downloader: str
    collection: str
    source: str
    queue_item_id: int | None
    attempts: int
    partial: Path
    fetch: "FetchResult"
    verified: VerifiedMedia
    thumbnail: Path | None = None


@dataclass(frozen=True, slots=True)
class StoredRow:
    """All columns of a download that is about to be recorded, free of any room's objects.

    It is also what the journal of a group keeps, so that a crash after the rename loses nothing.
    """

    media_id: str
    url: str
    url_hash: str
    platform: str
    downloader: str
    collection: str
    source: str
    content_type: str
    media_type: str
    media_url: str
    media_url_key: str
    sha256: str
    size: int
    width: int | None
    height: int | None
    duration_seconds: float | None
    post_date: datetime | None
    attempts: int
    has_thumbnail: bool
    queue_item_id: int | None
    metadata: dict[str, object]


class Placement(StrEnum):
    """How a file came to its place, which says what undoing it means."""

    RENAMED = "renamed"  # the partial file itself
    LINKED = "linked"  # one more name of bytes that were stored already
    SHARED = "shared"  # a path that had these bytes before; there is nothing to undo
    NOT_PLACED = "not_placed"  # the media item is recorded already, or by another file of the group


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """A file at its final place, synced, not yet recorded.

    Attributes:
        path: relative to ``root``; empty with ``NOT_PLACED``.
        same_bytes_as: the name of the stored file that it shares its bytes with, or empty.
        partial: where the bytes came from.
        journal: the journal of its group, settled when the record is committed.
    """

    row: StoredRow
    root: Path
    root_id: int
    path: str
    placement: Placement
    partial: Path
    same_bytes_as: str = ""
    journal: "Journal | None" = None

    @property
    def filename(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class StoredDownload:
    """What became of one placed file or recorded failure, for the queue item's outcome."""

    download_id: int
    outcome: OutcomeKind
    reason: str
    detail: str
    filename: str


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """One media item that failed for good."""

    item: MediaItem
    platform: str
    downloader: str
    collection: str
    source: str
    queue_item_id: int | None
    attempts: int
    error: MediaError
