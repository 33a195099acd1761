"""Whether a stored file is on disk."""

import os
import stat


def is_present(root: str, path: str, size: int) -> bool:
    """Whether a stored file is on disk, as a regular file of its recorded size."""
    try:
        status = os.lstat(f"{root}/{path}")
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == size
