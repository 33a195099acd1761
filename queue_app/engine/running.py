"""What a drain holds in memory about the items that it runs, and about each medium on its way."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from mediadl.media import MediaError, MediaItem
from mediadl.net.stopping import StopSignal
from platforms.contract import DownloaderInfo
from queue_app.engine.scopes import Scope
from queue_app.models import QueueItem


@dataclass(slots=True, eq=False)
class MediaTask:
    """One media item that is to be fetched.

    Attributes:
        tries: how often it was tried so far, over all runs.
        renewed: the adapter was already asked for a fresh link.
        candidate: which of the media URLs is tried.
        not_before: when it may be tried again.
        waits_for_host: ``not_before`` is the host's wait, not a retry of its own.
        stop: ends the transfer that runs; None while none does.
        was_cut: the transfer was stopped only because fewer may run at once.
        started: monotonic moment at which the transfer that runs began.
        bytes_start, bytes_done, bytes_total: of the transfer that runs.
        error: why its link must be renewed.
    """

    running: "RunningItem"
    media: MediaItem
    position: int
    tries: int = 0
    renewed: bool = False
    candidate: int = 0
    not_before: datetime | None = None
    waits_for_host: bool = False
    stop: StopSignal | None = None
    was_cut: bool = False
    started: float = 0.0
    bytes_start: int = 0
    bytes_done: int = 0
    bytes_total: int | None = None
    error: MediaError | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What "the same medium" means."""
        return self.running.item.platform, self.media.media_id

    @property
    def url(self) -> str:
        """The media URL that is tried now."""
        return self.media.candidates[min(self.candidate, len(self.media.candidates) - 1)]


@dataclass(slots=True, eq=False)
class RunningItem:
    """One claimed queue item. ``Feed`` guards the lists; the committer alone writes the counters.

    Attributes:
        item: the row as the committer last wrote it.
        ready: media to be fetched now, in the order of the listing.
        later: media that wait for their next try.
        expired: media whose link must be renewed by the adapter.
        in_flight: media whose transfer runs.
        open: media that are ready, in flight, or on their way through verification and commit.
        lister_done: nothing more will be added.
        ending: the committer has decided how the item ends; nothing may start any more.
        over: its end is committed.
        lost: its lease is another's, or the row is gone: nothing is written any more.
        hand_back: the drain gives it back (a stop, the disk); the reason that is shown, or "".
        wait_reason: why it will wait, when that is not a retry.
        try_used: something failed in a way that uses up this try.
    """

    item: QueueItem
    started: float
    stop: StopSignal = field(default_factory=StopSignal)
    downloader: DownloaderInfo | None = None
    scope: Scope | None = None
    ready: deque[MediaTask] = field(default_factory=deque)
    later: list[MediaTask] = field(default_factory=list)
    expired: list[MediaTask] = field(default_factory=list)
    in_flight: set[MediaTask] = field(default_factory=set)
    open: int = 0
    lister_done: bool = False
    listing_error: MediaError | None = None
    listing_again_at: datetime | None = None
    wait_reason: str = ""
    hand_back: str | None = None
    ending: bool = False
    over: bool = False
    lost: bool = False
    try_used: bool = False
    finished_bytes: int = 0
    samples: deque[tuple[float, int]] = field(default_factory=deque)
    shown_progress: int = 0
    first_progress: int = 0
    shown: tuple[object, ...] = ()
    current_name: str = ""

    @property
    def is_held(self) -> bool:
        """Whether its row may still be written."""
        return not self.lost and not self.over

    @property
    def has_work(self) -> bool:
        """Whether it still needs a transfer or its listing."""
        return not self.lister_done or bool(self.ready) or bool(self.in_flight)
