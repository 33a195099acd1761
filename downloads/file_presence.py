"""Whether a stored file is on disk."""

import os
import stat

from downloads.models import MediaRoot, StoredFile
from mediadl.plain_sql import table_of

FILE_COLUMNS = "r.path, f.path, f.size"
"""What :func:`is_present` is given, of a statement with :data:`FILE_JOINS`."""
# Outer joins: with inner ones SQLite may begin with the files.
FILE_JOINS = (
    f"LEFT JOIN {table_of(StoredFile)} f ON f.id = d.file_id LEFT JOIN {table_of(MediaRoot)} r ON r.id = f.root_id"
)
"""The file of a download ``d``."""


def is_present(root: str, path: str, size: int) -> bool:
    """Whether a stored file is on disk, as a regular file of its recorded size."""
    try:
        status = os.lstat(f"{root}/{path}")
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == size
