"""The adapter of a downloader that this version only names: it says so instead of listing."""

from collections.abc import Iterator
from dataclasses import dataclass

from mediadl.media import FailureKind, MediaError, MediaItem
from platforms.contract import ListingContext


@dataclass(frozen=True, slots=True)
class UnavailableAdapter:
    """Fails every listing with what a person can do about it.

    Attributes:
        hint: one sentence, shown as the item's error.
    """

    hint: str

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """Raise at once: nothing is asked of the site.

        Raises:
            MediaError: ``UNCONFIGURED``, needs a person.
        """
        context.report("not available")
        raise MediaError(FailureKind.NEEDS_PERSON, "UNCONFIGURED", self.hint)


def never() -> bool:
    """The ``configured`` of such a downloader."""
    return False
