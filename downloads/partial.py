"""Partial files: ``<root>/.partial/<key>.part``, held by ``flock`` while somebody writes into one.

Fencing numbers protect rows, not files: an owner that was stopped and wakes up would write on. The
lock does protect them: SIGKILL frees it, SIGSTOP does not. A lock that is free means the bytes may
be resumed; one that is held means a new file, with the fencing number in its name.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from downloads.folders import disk_error, folder
from mediadl.media import FailureKind, MediaError
from mediadl.net.validators import Validators

PARTIAL_FOLDER = ".partial"
PART_ENDING = ".part"
META_ENDING = ".meta.part"
STREAM_ENDING = ".part.d"  # the folder in which yt-dlp works beside a partial file (platforms.fetching)
_KEY_DIGITS = 40
_FILE_MODE = 0o644  # it becomes the stored file
_MAX_META_BYTES = 64 * 1024


def partial_key(platform: str, media_id: str, url: str) -> str:
    """The name under which the bytes of one media URL are gathered."""
    text = "\0".join((platform, media_id, url))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_DIGITS]


class PartialFile:
    """One open, locked partial file.

    Attributes:
        path: where it lies; its place until the store renames it.
        fd: opened for reading and writing, not positioned.
    """

    def __init__(self, folder_path: Path, name: str, fd: int) -> None:
        self.path = folder_path / f"{name}{PART_ENDING}"
        self.fd = fd
        self._meta_name = f"{name}{META_ENDING}"

    def size(self) -> int:
        """Bytes on disk."""
        return os.fstat(self.fd).st_size

    def read_validators(self) -> Validators | None:
        """What was stored by :meth:`write_validators`, or None (never, or not readable)."""
        with _partial_folder(self.path.parent.parent) as inside:
            try:
                descriptor = os.open(self._meta_name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inside)
            except OSError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                raw = file.read(_MAX_META_BYTES)
        try:
            stored = json.loads(raw)
            total = stored["total"]
            return Validators(
                etag=str(stored["etag"]),
                last_modified=str(stored["last_modified"]),
                total=None if total is None else int(total),
                url=str(stored["url"]),
            )
        except (ValueError, KeyError, TypeError):
            return None  # a file of another version, or cut by a crash: the fetch starts over

    def write_validators(self, validators: Validators) -> None:
        """Keep what a later resume must compare; replaces what was there."""
        data = json.dumps(asdict(validators)).encode()
        beside = f"{self._meta_name}.new"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with _partial_folder(self.path.parent.parent) as inside:
            with os.fdopen(os.open(beside, flags, 0o600, dir_fd=inside), "wb") as file:
                file.write(data)
            os.rename(beside, self._meta_name, src_dir_fd=inside, dst_dir_fd=inside)

    def discard(self) -> None:
        """Remove the file and what lies beside it, unless another file took its place."""
        with _partial_folder(self.path.parent.parent) as inside:
            if _still_named(self.fd, self.path.name, inside):
                for name in (self.path.name, self._meta_name):
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=inside)
                shutil.rmtree(f"{self.path.name}.d", ignore_errors=True, dir_fd=inside)

    def close(self) -> None:
        """Close and unlock; the bytes stay for a later resume. Closing twice is harmless."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


@contextmanager
def open_partial(root: Path, key: str, fence: int) -> Iterator[PartialFile]:
    """Open the partial file of ``key`` for one owner; see :func:`hold_partial`."""
    held = hold_partial(root, key, fence)
    try:
        yield held
    finally:
        held.close()


def hold_partial(root: Path, key: str, fence: int) -> PartialFile:
    """Open and lock ``<key>.part``, or ``<key>.<fence>.part`` while another owner holds that one.

    The caller closes it, after the store has placed the file. No link is followed.

    Raises:
        MediaError: of kind ``DISK`` where the folder cannot be used; ``UNSAFE_PATH``: a link stands
            in the way; ``PARTIAL_HELD`` (transient): two live owners with this fencing number.
    """
    try:
        with _partial_folder(root, create=True) as inside:
            for name in (key, f"{key}.{fence}"):
                descriptor = _lock(f"{name}{PART_ENDING}", inside)
                if descriptor is not None:
                    return PartialFile(root / PARTIAL_FOLDER, name, descriptor)
    except OSError as error:
        raise disk_error(error, "a partial file") from error
    detail = "Another worker still writes this file; it is tried again."
    raise MediaError(FailureKind.TRANSIENT, "PARTIAL_HELD", detail)


def discard_partials_of(root: Path, keys: Collection[str]) -> int:
    """Remove all partial files of these keys, whoever opened them; returns how many files went."""
    return _remove(root, lambda name, _inside: name.split(".", 1)[0] in keys)


def remove_stale_partials(root: Path, needed_keys: Collection[str]) -> int:
    """Remove the partial files that nobody holds and no queue item needs; returns how many went."""
    return _remove(root, lambda name, inside: name.split(".", 1)[0] not in needed_keys and not _is_held(name, inside))


def remove_side_file(partial: Path, inside: int) -> None:
    """Remove what lies beside a partial file that was placed (``inside``: its folder)."""
    with suppress(FileNotFoundError):
        os.unlink(partial.name.removesuffix(PART_ENDING) + META_ENDING, dir_fd=inside)


def _partial_folder(root: Path, *, create: bool = False) -> AbstractContextManager[int]:
    return folder(root, (PARTIAL_FOLDER,), create=create)


def _lock(name: str, inside: int) -> int | None:
    """A locked descriptor of ``name``, or None while another process holds it."""
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, _FILE_MODE, dir_fd=inside)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        # Between opening and locking, its owner may have placed it: those bytes are not ours to write.
        if _still_named(descriptor, name, inside):
            return descriptor
        os.close(descriptor)


def _still_named(descriptor: int, name: str, inside: int) -> bool:
    try:
        named = os.stat(name, dir_fd=inside, follow_symlinks=False)
    except FileNotFoundError:
        return False
    opened = os.fstat(descriptor)
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)


def _is_held(name: str, inside: int) -> bool:
    data_name = name.removesuffix(".new").removesuffix(".d")
    if data_name.endswith(META_ENDING):
        data_name = data_name.removesuffix(META_ENDING) + PART_ENDING
    try:
        descriptor = os.open(data_name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inside)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _remove(root: Path, goes: Callable[[str, int], bool]) -> int:
    removed = 0
    try:
        with _partial_folder(root) as inside:
            for name in os.listdir(inside):  # noqa: PTH208 - by descriptor
                if not name.endswith((PART_ENDING, f"{META_ENDING}.new", STREAM_ENDING)) or not goes(name, inside):
                    continue
                if name.endswith(STREAM_ENDING):
                    shutil.rmtree(name, ignore_errors=True, dir_fd=inside)
                    continue
                with suppress(FileNotFoundError, IsADirectoryError):
                    os.unlink(name, dir_fd=inside)
                    removed += 1
    except FileNotFoundError:
        return 0
    return removed
