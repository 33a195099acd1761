"""Which of TikTok's files of a video is fetched: never the one with the watermark while there is another."""

from dataclasses import dataclass

from mediadl.media import FailureKind, MediaError

# Picture and sound in one file: the "audio" beside it is the music's own recording, not the video's sound.
_FORMATS = "b[format_note!*=?watermarked]/b"
_SD_SHORT_SIDE = 576  # what TikTok calls 540p


@dataclass(frozen=True, slots=True)
class Quality:
    """One choice, in yt-dlp's terms.

    Attributes:
        format_sort: what comes first; empty for the best.
    """

    name: str
    formats: str = _FORMATS
    format_sort: str = ""

    @property
    def arguments(self) -> list[str]:
        """Of yt-dlp's command line."""
        return [f"--format={self.formats}", *([f"--format-sort={self.format_sort}"] if self.format_sort else [])]

    @property
    def fetch_options(self) -> dict[str, str]:
        """The same for the fetch."""
        return {"formats": self.formats, "format_sort": self.format_sort}


QUALITIES = {one.name: one for one in (Quality("hd"), Quality("sd", format_sort=f"res:{_SD_SHORT_SIDE}"))}


def quality_named(name: object) -> Quality:
    """The quality of this name.

    Raises:
        MediaError: ``UNKNOWN_QUALITY``; the text names those that exist.
    """
    found = QUALITIES.get(str(name))
    if found is None:
        detail = f"There is no quality of this name; choose one of: {', '.join(QUALITIES)}."
        raise MediaError(FailureKind.REFUSED, "UNKNOWN_QUALITY", detail)
    return found
