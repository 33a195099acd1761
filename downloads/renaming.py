"""Renaming that never overwrites (Linux ``renameat2`` with ``RENAME_NOREPLACE``)."""

import ctypes
import errno
import os

_RENAME_NOREPLACE = 1
_libc = ctypes.CDLL(None, use_errno=True)
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})


def rename_without_overwriting(old_folder: int, old: str, new_folder: int, new: str) -> None:
    """Rename within one file system; both folders are descriptors.

    Raises:
        FileExistsError: ``new`` is taken; nothing has changed.
        OSError: the file system refused.
    """
    ctypes.set_errno(0)
    result = _libc.renameat2(old_folder, os.fsencode(old), new_folder, os.fsencode(new), _RENAME_NOREPLACE)
    if result == 0:
        return
    number = ctypes.get_errno()
    if number not in _UNSUPPORTED:
        raise OSError(number, os.strerror(number), new)
    _reserve_then_rename(old_folder, old, new_folder, new)


def _reserve_then_rename(old_folder: int, old: str, new_folder: int, new: str) -> None:
    """For file systems without the flag: take the name with an empty file, then replace that."""
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=new_folder))
    try:
        os.rename(old, new, src_dir_fd=old_folder, dst_dir_fd=new_folder)
    except BaseException:
        os.unlink(new, dir_fd=new_folder)
        raise
