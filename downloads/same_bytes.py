"""One copy of the same bytes: finding it, being sure of it, and giving it another name."""

import errno
import hashlib
import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from downloads.folders import folder, open_stored
from downloads.models import MediaRoot, StoredFile
from mediadl.media import MediaError
from mediadl.plain_sql import marks, select, table_of

_COMPARED_BYTES = 64 * 1024 * 1024  # larger files are trusted by their size: hashing would hold everybody up
_NO_LINKS = frozenset({errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EACCES})
_READ_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """A file on disk that holds certain bytes."""

    root: Path
    path: str


def stored_copies(hashes: Collection[str]) -> dict[str, list[StoredCopy]]:
    """The stored files with these hashes that are on disk and hold what the records say."""
    copies: dict[str, list[StoredCopy]] = {}
    wanted = list(set(hashes))
    rows = select(
        f"SELECT r.path, f.path, f.sha256, f.size FROM {table_of(StoredFile)} f "  # noqa: S608
        f"LEFT JOIN {table_of(MediaRoot)} r ON r.id = f.root_id WHERE f.sha256 IN ({marks(wanted)})",
        wanted,
    )
    for root_text, path, sha256, size in rows:
        root = Path(root_text)
        if _holds(root, path, size, sha256):
            copies.setdefault(sha256, []).append(StoredCopy(root, path))
    return copies


def _holds(root: Path, path: str, size: int, sha256: str) -> bool:
    try:
        descriptor = open_stored(root, path)
    except (OSError, MediaError):
        return False
    try:
        return has_bytes(descriptor, size, sha256)
    finally:
        os.close(descriptor)


def has_bytes(descriptor: int, size: int, sha256: str) -> bool:
    """Whether an open file is a regular one with this size and (up to 64 MiB) this content."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size != size:
        return False
    if size > _COMPARED_BYTES:
        return True
    digest = hashlib.sha256()
    offset = 0
    while piece := os.pread(descriptor, _READ_BYTES, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest() == sha256


def named_file_has_bytes(inside: int, name: str, size: int, sha256: str) -> bool:
    """The same for a name in an open folder; the file is then also synced, since nobody may have."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inside)
    except OSError:
        return False
    try:
        same = has_bytes(descriptor, size, sha256)
        if same:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return same


def link_copy(copy: StoredCopy, target: int, name: str) -> bool:
    """Give the copy one more name in the open folder ``target``; False where links are impossible.

    Raises:
        FileExistsError: the name is taken.
    """
    *parents, own_name = copy.path.split("/")
    with folder(copy.root, parents) as source:
        try:
            os.link(own_name, name, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno in _NO_LINKS:
                return False
            raise
    return True
