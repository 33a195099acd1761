"""The words that travel between rooms: what an adapter found, and what became of it.

Plain frozen dataclasses without behaviour that knows a room; they lie below all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class MediaType(StrEnum):
    """What a stored file is, told from its content."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


class OutcomeKind(StrEnum):
    """What became of one media item of one queue item."""

    LISTED = "listed"  # found, not yet decided: a later attempt takes it up without listing again
    DOWNLOADED = "downloaded"
    SKIPPED = "skipped"
    FAILED = "failed"


class SkipReason(StrEnum):
    """Why a media item was not fetched or not stored as a file of its own."""

    KNOWN = "known"
    TOMBSTONE = "tombstone"
    TOO_OLD = "too_old"
    OVER_LIMIT = "over_limit"
    DUPLICATE_BYTES = "duplicate_bytes"
    NOT_MATCHING = "not_matching"


class FailureKind(StrEnum):
    """The kinds of failure that decide what the engine does next (design: engine.md, Retries)."""

    TRANSIENT = "transient"
    TOLD_TO_WAIT = "told_to_wait"
    GONE = "gone"
    NEEDS_PERSON = "needs_person"
    EXPIRED_LINK = "expired_link"
    DISK = "disk"
    SITE_CHANGED = "site_changed"
    REFUSED = "refused"  # our own rules: a private address, a type that is not allowed, a size limit
    STOPPED = "stopped"  # paused, cancelled, deleted or shut down: not a failure of anybody


# The codes of NEEDS_PERSON: by them a stored outcome still tells that somebody has to do something.
PERSON_CODES = frozenset({"LOGIN_REQUIRED", "CAPTCHA_REQUIRED", "PRIVATE", "UNCONFIGURED"})


class FetchMethod(StrEnum):
    """How the engine gets a media item's bytes."""

    HTTP = "http"
    YT_DLP = "yt-dlp"  # streams that plain HTTP cannot fetch: yt-dlp writes the partial file


@dataclass(frozen=True, slots=True)
class MediaItem:
    """One file that an adapter found on a site.

    Attributes:
        media_id: the site's own id of the file; with the platform's name it is what "known" means.
            1..200 characters. For ``web`` it is 12 hex digits of the media URL's hash.
        page_url: the permalink of the post where there is one, else the media's own URL.
        candidates: media URLs, best first; at least one.
        content_type: singular, as downloads carry it (``post``, ``image``, ``attachment``, ...).
        post_id: groups the files of one post (a carousel counts once for ``max_downloads``).
        post_date: when it was posted (UTC), if the site says so.
        media_type: what the site says it is; the stored file's content decides.
        size: bytes, if known before the fetch.
        headers: to be sent with the media request (``Referer``, ``User-Agent``), never cookies.
        pinned: shown first although older; it does not end a listing by date or count.
        metadata: JSON values kept on the download (caption, author, position, duration_seconds, ...).
        archive_keys: ``<program>:<entry>`` as the archives of gallery-dl and yt-dlp call it, where known.
        fetch_options: what :attr:`method` needs besides the URL (a yt-dlp format, for instance).
    """

    media_id: str
    page_url: str
    candidates: tuple[str, ...]
    content_type: str
    post_id: str = ""
    post_date: datetime | None = None
    media_type: MediaType | None = None
    size: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pinned: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    method: FetchMethod = FetchMethod.HTTP
    fetch_options: Mapping[str, Any] = field(default_factory=dict)
    archive_keys: tuple[str, ...] = ()


class MediaError(Exception):
    """A listing or a fetch that did not succeed, in the engine's terms.

    Attributes:
        kind: decides what happens next.
        code: one stable upper-case word for the API (``HTTP_404``, ``NOT_MEDIA``, ``PRIVATE_ADDRESS``).
        detail: one sentence for a person; text from a site is cut and cleaned before it gets here.
        retry_after: seconds that the site asked to wait, with ``TOLD_TO_WAIT``.
        status: the HTTP status where there was one.
        needed_bytes: with ``DISK``, how much room the file wants; what waits for it asks for so much.
    """

    def __init__(
        self,
        kind: FailureKind,
        code: str,
        detail: str,
        *,
        retry_after: float | None = None,
        status: int | None = None,
        needed_bytes: int = 0,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.kind = kind
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.status = status
        self.needed_bytes = needed_bytes
