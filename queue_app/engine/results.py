"""What reaches the committer about one media item."""

from dataclasses import dataclass

from downloads.partial import PartialFile
from downloads.store import PlacedFile, StoreRequest
from mediadl.media import MediaError
from queue_app.engine.known_check import Settled
from queue_app.engine.running import MediaTask


@dataclass(slots=True, eq=False)
class Stored:
    """Fetched and verified; ``placed`` once it is at its place."""

    task: MediaTask
    request: StoreRequest
    partial: PartialFile
    placed: PlacedFile | None = None
    error: MediaError | None = None


@dataclass(slots=True, eq=False)
class Decided:
    """Not fetched, since it is here already."""

    task: MediaTask
    settled: Settled


@dataclass(slots=True, eq=False)
class Failed:
    """A try that failed."""

    task: MediaTask
    error: MediaError


Result = Stored | Decided | Failed
