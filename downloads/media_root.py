"""Where new files go, and whether there is room for them."""

import os
from contextlib import suppress
from pathlib import Path

from downloads.models import MediaRoot
from downloads.partial import PARTIAL_FOLDER
from mediadl.configuration.selectors import value
from mediadl.media import FailureKind, MediaError
from mediadl.plain_sql import select, table_of

_MEBIBYTE = 1024 * 1024


def configured_root() -> Path:
    """The setting ``general.download_directory``; whether it is there is not looked at."""
    return Path(str(value("general.download_directory")))


def current_root() -> Path:
    """The setting ``general.download_directory``: the root of files that are stored from now on.

    The folder is made at its first use; where that cannot be, :func:`free_space_problem` says why.
    """
    root = configured_root()
    if not root.is_dir():
        with suppress(MediaError):
            prepare_root(root)
    return root


def prepare_root(root: Path) -> None:
    """Make the folder at its first use. One that held files and is gone is not made again: its disk is away.

    Raises:
        MediaError: ``DISK_GONE`` or ``DISK_ERROR``.
    """
    if problem := _missing(root):
        raise problem
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        detail = f"The download folder cannot be made: {error.strerror}. Choose another one in the settings."
        raise MediaError(FailureKind.DISK, "DISK_ERROR", detail) from error


def root_id(path: Path) -> int:
    """The row of a root, made at its first use."""
    if found := select(f"SELECT id FROM {table_of(MediaRoot)} WHERE path = %s", [str(path)]):  # noqa: S608
        return int(found[0][0])
    return MediaRoot.objects.get_or_create(path=str(path))[0].pk


def free_space_problem(
    root: Path | None = None, *, needed_bytes: int = 0, empty_bin: bool = False
) -> MediaError | None:
    """Why nothing can be stored just now (of kind ``DISK``), or None.

    ``DISK_GONE``: the folder vanished; ``DISK_READ_ONLY``; ``DISK_FULL``: less than the setting
    ``general.free_space_floor_mb`` would stay free after ``needed_bytes`` more;
    ``STORAGE_LIMIT``: the library has reached ``general.storage_limit_gb``, and
    ``OVER_STORAGE_LIMIT`` (of kind ``REFUSED``): so many bytes will never fit.

    Args:
        empty_bin: remove the oldest of the recycle bin where that makes the room.
    """
    root = root or current_root()
    try:
        prepare_root(root)
        numbers = os.statvfs(root)
    except MediaError as problem:
        return problem
    except OSError as error:
        return MediaError(FailureKind.DISK, "DISK_ERROR", f"The download folder cannot be read: {error.strerror}.")
    if numbers.f_flag & os.ST_RDONLY or not os.access(root, os.W_OK | os.X_OK):
        detail = "The download folder is read-only; make it writable, or choose another one in the settings."
        return MediaError(FailureKind.DISK, "DISK_READ_ONLY", detail)
    floor = int(value("general.free_space_floor_mb"))
    free = numbers.f_bavail * numbers.f_frsize
    missing = floor * _MEBIBYTE + needed_bytes - free
    if missing > 0 and empty_bin:
        from downloads.bin.purging import purge_for_room

        missing -= purge_for_room(missing)
    if missing > 0:
        detail = (
            f"Only {free // _MEBIBYTE} MB are free where files are stored, and {floor} MB must stay free. "
            "Free some space or lower free_space_floor_mb; downloads go on by themselves."
        )
        return MediaError(FailureKind.DISK, "DISK_FULL", detail, needed_bytes=needed_bytes)
    from downloads.limits import limit_problem  # which removes records, and so comes after this room's paths

    return limit_problem(needed_bytes)


def is_bare(root: Path) -> bool:
    """Whether nothing of ours can be there: no folder, or an empty one (a mount point, or one made anew).

    Raises:
        OSError: it is there, and cannot be read.
    """
    try:
        with os.scandir(root) as entries:
            return all(entry.name == PARTIAL_FOLDER for entry in entries)  # that may have been made on the bare place
    except FileNotFoundError:
        return True


def _missing(root: Path) -> MediaError | None:
    """A root that holds files by the records, and is empty or away on disk."""
    try:
        if not is_bare(root):
            return None
    except OSError as error:
        return MediaError(FailureKind.DISK, "DISK_ERROR", f"The download folder cannot be read: {error.strerror}.")
    if not MediaRoot.objects.filter(path=str(root), storedfile__isnull=False).exists():
        return None
    detail = "The download folder is empty or gone although files are recorded in it; is its disk mounted?"
    return MediaError(FailureKind.DISK, "DISK_GONE", detail)
