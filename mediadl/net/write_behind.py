"""Letting the disk begin with a large file while the rest of it still arrives.

Left alone, the kernel keeps a gigabyte in memory and writes it when the file is synced: the disk
is idle while the network works, and the other way round.
"""

import ctypes

PUSH_BYTES = 16 * 1024 * 1024  # at once: large enough for a disk to write in one go
_WRITE = 2  # SYNC_FILE_RANGE_WRITE: begin, and wait for nothing
_libc = ctypes.CDLL(None, use_errno=True)
_sync_file_range = getattr(_libc, "sync_file_range", None)  # Linux only


class WriteBehind:
    """Asks the kernel to write what was appended to one file, each time that there is enough of it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pushed = 0

    def appended(self, size: int) -> None:
        """The file has ``size`` bytes now. Nothing depends on what comes of it: the store syncs the file in the end."""
        if size - self._pushed >= PUSH_BYTES:
            begin_writing(self._descriptor, self._pushed, size - self._pushed)
            self._pushed = size

    def start_over(self) -> None:
        """The file is empty again."""
        self._pushed = 0


def begin_writing(descriptor: int, start: int, length: int) -> None:
    """Have the kernel write this part of the file soon; does not wait for the disk."""
    if _sync_file_range is not None:
        _sync_file_range(descriptor, ctypes.c_int64(start), ctypes.c_int64(length), ctypes.c_uint(_WRITE))
