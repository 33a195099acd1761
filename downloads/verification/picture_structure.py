"""Where a picture's bytes must end, by the structure of its format: what a decoder forgives."""

from collections.abc import Callable

from downloads.verification.boxes import boxes
from downloads.verification.media import FileType, damaged, truncated
from downloads.verification.sniffing import AVIF, GIF, HEIC, JPEG, PNG, WEBP
from downloads.verification.window import Window

_READ_BYTES = 1024 * 1024
_JPEG_TAIL_BYTES = 1024 * 1024
_MAX_CHUNKS = 1_000_000


def check_structure(window: Window, file_type: FileType) -> None:
    """Walk the parts of a picture to their end.

    Raises:
        RefusedFileError: the file is cut or damaged.
    """
    _CHECKS[file_type.name](window, file_type.name)


def _check_jpeg(window: Window, what: str) -> None:
    """At least the end marker is there; what comes after it does not matter."""
    tail = window.read(max(len(window) - _JPEG_TAIL_BYTES, 0), _JPEG_TAIL_BYTES)
    if b"\xff\xd9" not in tail:
        raise truncated(what)


def _check_png(window: Window, what: str) -> None:
    position = 8
    for _count in range(_MAX_CHUNKS):
        header = window.read(position, 8)
        if len(header) < 8:
            raise truncated(what)
        position += 12 + int.from_bytes(header[:4], "big")
        if position > len(window):
            raise truncated(what)
        if header[4:] == b"IEND":
            return
    raise damaged(what, "its structure has too many parts")


def _check_webp(window: Window, what: str) -> None:
    size = int.from_bytes(window.read(4, 4), "little")
    if 8 + size > len(window):
        raise truncated(what)
    position = 12
    while position < 8 + size:
        header = window.read(position, 8)
        if len(header) < 8:
            raise truncated(what)
        length = int.from_bytes(header[4:8], "little")
        position += 8 + length
        if position > 8 + size:
            raise truncated(what)
        position += length % 2


def _check_gif(window: Window, what: str) -> None:
    """Blocks up to the trailer; without one the animation was cut."""
    reader = _Bytes(window)
    reader.take(10)
    _skip_colour_table(reader.byte(what), reader, 2)
    while True:
        kind = reader.byte(what)
        if kind == 0x3B:
            return
        if kind == 0x21:
            reader.byte(what)
        elif kind == 0x2C:
            reader.take(8)
            _skip_colour_table(reader.byte(what), reader, 1)
        elif kind != 0:
            raise damaged(what, "its structure is not valid")
        if kind:
            while length := reader.byte(what):
                reader.take(length)


def _skip_colour_table(flags: int, reader: "_Bytes", following: int) -> None:
    reader.take(following + (3 << (flags & 7) + 1 if flags & 0x80 else 0))


class _Bytes:
    """Forward reading byte by byte over large reads."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._start = 0
        self._block = b""
        self._position = 0

    def byte(self, what: str) -> int:
        """The next byte; ``TRUNCATED`` where there is none."""
        at = self._position - self._start
        if not 0 <= at < len(self._block):
            self._start, self._block = self._position, self._window.read(self._position, _READ_BYTES)
            at = 0
            if not self._block:
                raise truncated(what)
        self._position += 1
        return self._block[at]

    def take(self, length: int) -> None:
        """Skip ``length`` bytes; reading past the end shows at the next :meth:`byte`."""
        self._position += length


def _check_iso(window: Window, what: str) -> None:
    types = {box.type for box in boxes(window, what)}
    if b"meta" not in types and b"moov" not in types:
        raise damaged(what, "it has no description of its picture")


_CHECKS: dict[str, Callable[[Window, str], None]] = {
    JPEG.name: _check_jpeg,
    PNG.name: _check_png,
    WEBP.name: _check_webp,
    GIF.name: _check_gif,
    AVIF.name: _check_iso,
    HEIC.name: _check_iso,
}
