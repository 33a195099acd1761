"""Hashing a large file beside the thread that receives it."""

import threading
from queue import SimpleQueue
from typing import Protocol

_PIECES = 4  # enough that neither side waits for the other's every piece


class Digest(Protocol):
    """What ``hashlib`` makes."""

    def update(self, data: memoryview, /) -> None: ...


class PieceHasher:
    """Takes filled pieces, gives empty ones back; one thread until :meth:`finish`.

    Measured at 1 GB: receiving and writing 1.0 s, hashing 0.7 to 1.3 s, so a second core halves it.
    """

    def __init__(self, digest: Digest, piece_bytes: int) -> None:
        self._digest = digest
        self._filled: SimpleQueue[memoryview | None] = SimpleQueue()
        self._empty: SimpleQueue[memoryview] = SimpleQueue()
        for _ in range(_PIECES - 1):
            self._empty.put(memoryview(bytearray(piece_bytes)))
        self._piece_bytes = piece_bytes
        self._thread = threading.Thread(target=self._run, name="hash", daemon=True)
        self._thread.start()

    def swap(self, piece: memoryview, count: int) -> memoryview:
        """Hash the first ``count`` bytes of ``piece``, which is no longer the caller's; returns another one."""
        self._filled.put(piece[:count] if count < len(piece) else piece)
        return self._empty.get()

    def finish(self) -> None:
        """Wait until everything is hashed, and end the thread."""
        self._filled.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (piece := self._filled.get()) is not None:
            self._digest.update(piece)
            is_whole = len(piece) == self._piece_bytes
            self._empty.put(piece if is_whole else memoryview(bytearray(self._piece_bytes)))
