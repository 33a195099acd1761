"""What is asked for: a folder of files, archives of other programs, and what is to happen to the files."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from downloads.bin.entries import BIN_FOLDER
from downloads.media_root import current_root
from downloads.models import MediaRoot
from downloads.partial import PARTIAL_FOLDER

PLATFORMS = ("instagram", "tiktok", "forum", "web")  # the registry lies above this room
_OWN_FOLDERS = ("browser", "cache", "evidence", "extractors", "keys", "logs", "run")  # of the data folder


class FilePlacement(StrEnum):
    """What happens to a file that is adopted."""

    IN_PLACE = "in_place"  # it stays where it is and becomes part of the library there
    LINK = "link"  # a hard link in the download folder
    COPY = "copy"  # a copy there
    MOVE = "move"  # it goes there


class AdoptionRefusedError(Exception):
    """It cannot begin; ``field`` names what is wrong, the text says why."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


@dataclass(frozen=True, slots=True)
class AdoptionRequest:
    """One adoption.

    Attributes:
        folder: the files, or None where only archives are adopted.
        archives: of gallery-dl, yt-dlp or cyberdrop-dl.
        platform: of all files; empty: told from folders and names, ``web`` where neither says it.
        source: of all files; empty: from the names, else the folder that a file lies in.
    """

    folder: Path | None
    archives: tuple[Path, ...] = ()
    placement: FilePlacement = FilePlacement.IN_PLACE
    platform: str = ""
    source: str = ""


def refuse_wrong_places(request: AdoptionRequest, *, archives_too: bool) -> None:
    """Files are taken from folders below ``MEDIADL_MEDIA_ROOTS`` only, after links are resolved.

    Args:
        archives_too: the same for the archives: whoever is at the command line may read any file anyway.

    Raises:
        AdoptionRefusedError: it may not begin.
    """
    if request.folder is None and not request.archives:
        raise AdoptionRefusedError("folder", "Name a folder, an archive, or both.")
    if request.folder is not None:
        _refuse_outside("folder", request.folder)
        _refuse_our_own(request.folder.resolve())
        if not request.folder.is_dir():
            raise AdoptionRefusedError("folder", "There is no such folder.")
    for archive in request.archives:
        if archives_too:
            _refuse_outside("archives", archive)
        if not archive.is_file():
            raise AdoptionRefusedError("archives", f"There is no file {archive.name}.")


def _refuse_outside(field: str, path: Path) -> None:
    if not path.is_absolute():
        raise AdoptionRefusedError(field, "Must be an absolute path.")
    if ".." in path.parts:  # what is recorded in place is a path below a root, by its spelling
        raise AdoptionRefusedError(field, "Must be written without '..'.")
    try:
        resolved = path.resolve()
        roots = [root.resolve() for root in settings.ENVIRONMENT.media_roots]
    except (OSError, RuntimeError, ValueError):
        raise AdoptionRefusedError(field, "This path cannot be followed.") from None
    if not any(resolved.is_relative_to(root) for root in roots):
        allowed = ", ".join(str(root) for root in roots)
        raise AdoptionRefusedError(field, f"Must lie inside {allowed} (MEDIADL_MEDIA_ROOTS).")


def _refuse_our_own(folder: Path) -> None:
    """Thumbnails, the recycle bin, the browser's profile and the like would be taken from under the product."""
    data = Path(settings.DATA_DIR).resolve()
    own = [data / name for name in _OWN_FOLDERS] + [Path(settings.THUMBNAILS_DIR).resolve()]
    is_inside = any(folder.is_relative_to(one) for one in own) or {BIN_FOLDER, PARTIAL_FOLDER} & set(folder.parts)
    if is_inside or any(one.is_relative_to(folder) for one in own):
        raise AdoptionRefusedError(
            "folder", "Media Downloader keeps files of its own there; name the collection itself."
        )


def library_root_of(folder: Path) -> Path:
    """The media root that files adopted in place belong to: one that holds ``folder``, else itself."""
    known = {Path(path) for path in MediaRoot.objects.values_list("path", flat=True)} | {current_root()}
    holding = [root for root in known if folder.is_relative_to(root)]
    return max(holding, key=lambda root: len(root.parts), default=folder)
