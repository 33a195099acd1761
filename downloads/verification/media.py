"""What verification says about a file, and the limits it works within. No Django here."""

from dataclasses import dataclass

from mediadl.media import MediaType

MAX_PIXELS = 50_000_000  # above: stored, but not decoded
THUMBNAIL_PIXELS = 320  # the longest side
MEMORY_BYTES = 1536 * 1024 * 1024  # address space of a child: 50 megapixels in four channels, several times
CPU_SECONDS = 20  # of one file
WALL_SECONDS = 60  # of one file, on a busy machine


@dataclass(frozen=True, slots=True)
class FileType:
    """One type that may be stored: its extension and MIME type follow from the content."""

    name: str
    media_type: MediaType
    extension: str
    mime: str


@dataclass(frozen=True, slots=True)
class VerifiedMedia:
    """A file that is what it claims to be.

    Attributes:
        width, height: in pixels as stored (an EXIF orientation is applied in the thumbnail only).
        unverified: too large to decode: only header and structure were checked.
    """

    media_type: MediaType
    extension: str
    mime: str
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    has_thumbnail: bool = False
    unverified: bool = False


class RefusedFileError(Exception):
    """Not a file to store; ``code`` is one of verification's codes, ``detail`` a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def truncated(what: str) -> RefusedFileError:
    """The bytes end before the format says they do."""
    return RefusedFileError("TRUNCATED", f"The {what} ends too early; only a part of it was sent.")


def damaged(what: str, why: str = "it cannot be opened") -> RefusedFileError:
    """The bytes are not a whole, well-formed file of their type."""
    return RefusedFileError("DAMAGED", f"The {what} is damaged: {why}.")
