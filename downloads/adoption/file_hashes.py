"""Hashing a file that somebody else put there."""

import hashlib
import os
import stat
from pathlib import Path

_READ_BYTES = 1024 * 1024


def sha256_of_file(path: Path) -> str:
    """Hex; no link is followed.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    digest = hashlib.sha256()
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(22, "it is no regular file")
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()
