"""Disk space reserved ahead without changing a file's size."""

import ctypes
import errno
import os

_FALLOC_FL_KEEP_SIZE = 1  # linux/falloc.h
_libc = ctypes.CDLL(None, use_errno=True)
_NOT_POSSIBLE = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EPERM})


def preallocate(descriptor: int, size: int) -> None:
    """Reserve blocks so that ``descriptor`` can grow to ``size`` bytes; its size stays as it is.

    With its size changed at once a partial file would look complete after a crash. File systems
    that cannot do this are left alone.

    Raises:
        OSError: there is not enough space, or the disk failed.
    """
    fallocate = getattr(_libc, "fallocate64", None) or getattr(_libc, "fallocate", None)
    if fallocate is None or size <= 0:
        return
    result = fallocate(
        ctypes.c_int(descriptor), ctypes.c_int(_FALLOC_FL_KEEP_SIZE), ctypes.c_int64(0), ctypes.c_int64(size)
    )
    if result == 0:
        return
    number = ctypes.get_errno()
    if number not in _NOT_POSSIBLE:
        raise OSError(number, os.strerror(number))
