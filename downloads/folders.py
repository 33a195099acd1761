"""Folders opened step by step without following links, so that nothing leaves the media root."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mediadl.media import FailureKind, MediaError

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
FOLDER_MODE = 0o755
_DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENODEV, errno.ESTALE})


def disk_error(error: OSError, doing: str) -> MediaError:
    """What the engine is told when the file system refuses; paths stay out of the text."""
    reason = error.strerror or str(error)
    if error.errno in _DISK_ERRORS or isinstance(error, FileNotFoundError | PermissionError):
        return MediaError(FailureKind.DISK, "DISK_ERROR", f"The media folder refused {doing}: {reason}.")
    return MediaError(FailureKind.TRANSIENT, "DISK_ERROR", f"The media folder refused {doing}: {reason}.")


def unsafe_path() -> MediaError:
    """A link stands where a folder or file of ours belongs."""
    detail = "A symbolic link stands inside the media folder where the file belongs; remove the link and retry."
    return MediaError(FailureKind.REFUSED, "UNSAFE_PATH", detail)


def open_folder(root: Path, parts: Sequence[str] = (), *, create: bool = False) -> tuple[int, list[str]]:
    """Open ``root/parts...`` as a folder descriptor that the caller closes.

    The root itself may be a link (the operator's choice); nothing below it may. Also returns the
    relative paths whose parent got a new entry, so that the caller can sync those parents.

    Raises:
        MediaError: ``UNSAFE_PATH`` where a link or a plain file stands in the way.
        OSError: any other refusal of the file system.
    """
    descriptor = os.open(root, _OPEN_FOLDER)
    made: list[str] = []
    try:
        for depth, part in enumerate(parts):
            if create:
                try:
                    os.mkdir(part, FOLDER_MODE, dir_fd=descriptor)
                    made.append("/".join(parts[:depth]))
                except FileExistsError:
                    pass
            inner = _open_part(part, descriptor)
            os.close(descriptor)
            descriptor = inner
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, made


def _open_part(part: str, parent: int) -> int:
    try:
        return os.open(part, _OPEN_FOLDER | os.O_NOFOLLOW, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise unsafe_path() from error
        raise


@contextmanager
def folder(root: Path, parts: Sequence[str] = (), *, create: bool = False) -> Iterator[int]:
    """:func:`open_folder` for the length of a block."""
    descriptor, _made = open_folder(root, parts, create=create)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_stored(root: Path, relative: str) -> int:
    """A read-only descriptor of a stored file below ``root``, no link followed.

    Raises:
        OSError, MediaError: it is not there, or a link stands in the way.
    """
    *parents, name = relative.split("/")
    with folder(root, parents) as descriptor:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=descriptor)
