"""Writing one partial file: hashed while it grows, in large pieces, with what a crash leaves kept usable."""

import errno
import hashlib
import os
from collections.abc import Callable

from mediadl import clock, failpoints
from mediadl.media import FailureKind, MediaError
from mediadl.net.limits import GIB, MIB
from mediadl.net.piece_hasher import PieceHasher
from mediadl.net.preallocation import preallocate
from mediadl.net.stopping import StopSignal
from mediadl.net.write_behind import WriteBehind

PIECE_BYTES = 256 * 1024  # measured best for writing and hashing
FLUSH_SECONDS = 0.5  # a slow body reaches the disk, and the progress bar, this often
_PREALLOCATE_FROM_BYTES = 1 * MIB
_HASH_BESIDE_FROM_BYTES = 8 * MIB  # below, a thread costs more than it saves
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

OnProgress = Callable[[int, int | None], None]


class PartWriter:
    """Appends a body to the file behind ``descriptor``, from :attr:`size` on.

    Whatever was written is hashed; :meth:`hash_existing` takes up the bytes of an earlier attempt.

    Args:
        piece: the :attr:`piece` of a writer that is closed, to be used again.

    Attributes:
        piece: where the body is collected, :data:`PIECE_BYTES` long.
    """

    def __init__(
        self, descriptor: int, *, max_bytes: int, on_progress: OnProgress | None, piece: memoryview | None = None
    ) -> None:
        self.size = 0
        self._descriptor = descriptor
        self._max_bytes = max_bytes
        self._on_progress = on_progress
        self._total: int | None = None
        self._hash = hashlib.sha256()
        self._reserved = 0
        self._behind = WriteBehind(descriptor)
        self._hasher: PieceHasher | None = None
        self.piece = piece or memoryview(bytearray(PIECE_BYTES))
        self._filled = 0
        self._flushed_at = 0.0
        self._middle: int | None = 0  # where tests may break off; once for each file

    @property
    def received_size(self) -> int:
        """Bytes of the file so far, those not yet written included."""
        return self.size + self._filled

    def hash_existing(self, size: int, stop: StopSignal | None) -> None:
        """Read and hash the first ``size`` bytes on disk; writing then goes on behind them.

        Raises:
            MediaError: ``STOPPED``, or of kind ``DISK``.
        """
        self._forget()
        piece = memoryview(bytearray(MIB))
        while self.size < size:
            if stop is not None:
                stop.raise_if_set()
            with disk_errors():
                count = os.preadv(self._descriptor, [piece[: size - self.size]], self.size)
            if count == 0:
                raise MediaError(FailureKind.DISK, "DISK_ERROR", "The partial file became shorter while it was read.")
            self._hash.update(piece[:count])
            self.size += count

    def start_over(self) -> None:
        """Throw away everything on disk.

        Raises:
            MediaError: of kind ``DISK``.
        """
        self._cut_to(0)
        self._forget()

    def expect(self, total: int | None) -> None:
        """The whole file will have ``total`` bytes: check the limit, reserve the space.

        Raises:
            MediaError: ``TOO_LARGE``, or of kind ``DISK``.
        """
        self._total = total
        self._flushed_at = clock.monotonic()
        if self._middle is not None:
            self._middle = self.size + (max(total or 0, self.size) - self.size) // 2
        if total is None:
            return
        if total > self._max_bytes:
            raise too_large(self._max_bytes)
        if total - self.size >= _PREALLOCATE_FROM_BYTES:
            with disk_errors():
                preallocate(self._descriptor, total)
            self._reserved = total

    def write(self, data: bytes) -> None:
        """Take a piece of the body.

        Raises:
            MediaError: ``TOO_LARGE``, or of kind ``DISK``.
        """
        if self.size + self._filled + len(data) > self._max_bytes:
            raise too_large(self._max_bytes)
        while len(data) > PIECE_BYTES - self._filled:
            room = PIECE_BYTES - self._filled
            self._collect(data[:room])
            data = data[room:]
        self._collect(data)
        if self._middle is not None and self.received_size >= self._middle:
            self._middle = None
            self.flush()
            failpoints.reach("fetch.mid_body")

    def _collect(self, data: bytes) -> None:
        end = self._filled + len(data)
        self.piece[self._filled : end] = data
        self._filled = end
        if end == PIECE_BYTES or clock.monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what was collected.

        Raises:
            MediaError: of kind ``DISK``.
        """
        self._flushed_at = clock.monotonic()
        if not self._filled:
            return
        piece = self.piece[: self._filled]
        offset = 0
        with disk_errors():
            while offset < len(piece):
                offset += os.pwrite(self._descriptor, piece[offset:], self.size + offset)
        if self._hasher is None:
            self._hash.update(piece)
        else:
            self.piece = self._hasher.swap(self.piece, self._filled)
        self.size += self._filled
        self._filled = 0
        self._behind.appended(self.size)
        if self._hasher is None and max(self._total or 0, self.size) >= _HASH_BESIDE_FROM_BYTES:
            self._hasher = PieceHasher(self._hash, PIECE_BYTES)
        if self._on_progress is not None:
            self._on_progress(self.size, self._total)

    def finish(self) -> str:
        """Write the rest, give reserved space back; returns the SHA-256 of the whole file in hex.

        Raises:
            MediaError: of kind ``DISK``.
        """
        self.flush()
        self.close()
        self._cut_to(self.size)
        return self._hash.hexdigest()

    def close(self) -> None:
        """End the hashing thread, if there is one; to be called whatever happened."""
        if self._hasher is not None:
            self._hasher.finish()
            self._hasher = None

    def _cut_to(self, size: int) -> None:
        """End the file at ``size`` and free what was reserved behind; nothing where both are so already."""
        with disk_errors():
            if self._reserved > size or os.fstat(self._descriptor).st_size > size:
                os.ftruncate(self._descriptor, size)
                self._reserved = 0

    def _forget(self) -> None:
        self.close()
        self._behind.start_over()
        self._hash = hashlib.sha256()
        self.size = self._filled = 0


class disk_errors:  # noqa: N801 - used as a statement: ``with disk_errors():``
    """Turns an ``OSError`` of the block into a :class:`MediaError` of kind ``DISK``."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise disk_error(error) from error


def disk_error(error: OSError) -> MediaError:
    """The error for a disk that does not take what it should."""
    if error.errno in _FULL:
        return MediaError(FailureKind.DISK, "DISK_FULL", "There is no space left in the download folder. Free some.")
    if error.errno == errno.EROFS:
        return MediaError(FailureKind.DISK, "DISK_READ_ONLY", "The download folder is read-only. Make it writable.")
    return MediaError(FailureKind.DISK, "DISK_ERROR", f"The download folder cannot be written: {error.strerror}.")


def too_large(max_bytes: int) -> MediaError:
    """The error for a file above the limit."""
    size = f"{max_bytes / GIB:.1f} GiB" if max_bytes >= GIB else f"{max_bytes / MIB:.1f} MiB"
    return MediaError(FailureKind.REFUSED, "TOO_LARGE", f"The file is larger than the limit of {size}.")
