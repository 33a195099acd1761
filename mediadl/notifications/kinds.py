"""What people may want to hear of, and a note about it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a note is about; each channel has its choice of these."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEEDS_PERSON = "needs_person"
    DISK = "disk"
    PLATFORM_DOWN = "platform_down"  # and up again
    THREAD_ENDED = "thread_ended"


class Level(StrEnum):
    """How bad it is; the specification's words."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


KIND_WORDS = {
    Kind.SUCCESS: "Downloads that worked",
    Kind.FAILURE: "Downloads that failed",
    Kind.NEEDS_PERSON: "Something for you to do",
    Kind.DISK: "Downloading paused for the disk, and goes on",
    Kind.PLATFORM_DOWN: "A site is down, and up again",
    Kind.THREAD_ENDED: "A forum thread that ended",
}

LEVEL_OF_KIND = {
    Kind.SUCCESS: Level.SUCCESS,
    Kind.FAILURE: Level.ERROR,
    Kind.NEEDS_PERSON: Level.WARNING,
    Kind.DISK: Level.ERROR,
    Kind.PLATFORM_DOWN: Level.WARNING,
    Kind.THREAD_ENDED: Level.INFO,
}


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to be told.

    Attributes:
        link: a page of the interface, or empty.
        label: what the link is called.
        level: the kind's own where it is left out.
        auto_dismiss_seconds: how long the browser shows it; None until it is closed.
        pages_only: it answers whoever is looking, and is no news for anybody else.
    """

    kind: Kind
    title: str
    message: str
    link: str = ""
    label: str = ""
    level: Level | None = None
    auto_dismiss_seconds: int | None = None
    pages_only: bool = False

    @property
    def shown_level(self) -> Level:
        """The level that it is shown with."""
        return self.level or LEVEL_OF_KIND[self.kind]
