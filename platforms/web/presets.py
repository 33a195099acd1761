"""What a person may ask of a video: one list, for the form, the listing and the fetch."""

from dataclasses import dataclass

from mediadl.media import FailureKind, MediaError, MediaType

DEFAULT = "best"


@dataclass(frozen=True, slots=True)
class Preset:
    """One choice.

    Attributes:
        name: as in ``metadata.preset`` of a request.
        label: in words, for the form.
        formats: yt-dlp's format selection.
        media_type: what comes out.
        arguments: more of yt-dlp's command line, for the fetch.
        only_by_yt_dlp: the file is made by yt-dlp (streams merged, sound extracted, subtitles put
            in), so plain HTTP never serves.
    """

    name: str
    label: str
    formats: str
    media_type: MediaType = MediaType.VIDEO
    arguments: tuple[str, ...] = ()
    only_by_yt_dlp: bool = False


def _up_to(height: int) -> str:
    limit = f"[height<={height}]"
    return f"bv*{limit}+ba/b{limit}/wv*+ba/w"


# Subtitles go into the file: a text file of its own is no media file and could not be played with it.
_SUBTITLES = ("--write-subs", "--embed-subs", "--sub-langs", "all,-live_chat")

PRESETS = (
    Preset("best", "Best quality", "bv*+ba/b"),
    Preset("1080p", "Up to 1080p", _up_to(1080)),
    Preset("720p", "Up to 720p", _up_to(720)),
    Preset("audio", "Audio only", "ba[ext=m4a]/ba/b", MediaType.AUDIO, ("--extract-audio",), only_by_yt_dlp=True),
    Preset("subtitles", "Best quality with subtitles", "bv*+ba/b", arguments=_SUBTITLES, only_by_yt_dlp=True),
)
_BY_NAME = {preset.name: preset for preset in PRESETS}


def preset_named(name: object) -> Preset:
    """The preset of this name; nothing means the best quality.

    Raises:
        MediaError: ``UNKNOWN_PRESET``; the text names those that exist.
    """
    found = _BY_NAME.get(str(name or DEFAULT))
    if found is None:
        raise MediaError(
            FailureKind.REFUSED,
            "UNKNOWN_PRESET",
            f"There is no preset of this name; choose one of: {', '.join(_BY_NAME)}.",
        )
    return found
