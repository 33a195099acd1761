"""Unpacking a file that came gzip-encoded although nobody asked for that."""

import zlib
from collections.abc import Iterator

from mediadl.media import FailureKind, MediaError
from mediadl.net.limits import MIB

_GZIP_ONLY = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_BOMB_FROM_BYTES = 16 * MIB
_BOMB_RATIO = 20  # media is compressed already: a body that grows this much when unpacked is none


class GzipBody:
    """Unpacks gzip (several members too) piece by piece; rubbish behind the end is dropped.

    curl could do this, but does not notice a stream that ends too early.
    """

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(_GZIP_ONLY)
        self._packed = 0
        self._unpacked = 0
        self._is_over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bytes that ``data`` adds to the file.

        Raises:
            MediaError: ``BAD_RESPONSE`` (no gzip) or ``TOO_LARGE`` (a bomb).
        """
        self._packed += len(data)
        while data and not self._is_over:
            try:
                piece = self._unpacker.decompress(data, _PIECE_BYTES)
            except zlib.error as error:
                raise _unreadable() from error
            self._unpacked += len(piece)
            if self._unpacked > max(_BOMB_FROM_BYTES, self._packed * _BOMB_RATIO):
                detail = "The compressed answer unpacks to far more than a media file does."
                raise MediaError(FailureKind.REFUSED, "TOO_LARGE", detail)
            if piece:
                yield piece
            data = self._unpacker.unconsumed_tail
            if self._unpacker.eof:
                data = self._unpacker.unused_data
                self._is_over = not data.startswith(_GZIP_MAGIC)
                if data and not self._is_over:
                    self._unpacker = zlib.decompressobj(_GZIP_ONLY)

    def finish(self) -> None:
        """Say that the body ended.

        Raises:
            MediaError: ``SHORT_BODY``: its stream did not.
        """
        if not self._unpacker.eof:
            raise MediaError(FailureKind.TRANSIENT, "SHORT_BODY", "The server ended the file before it was complete.")


def gzip_body_for(encoding: str) -> GzipBody | None:
    """What unpacks a body with this ``Content-Encoding``; None for one that needs no unpacking.

    Raises:
        MediaError: ``BAD_RESPONSE``: an encoding that nobody asked for and that is not read here.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return None
    if name in {"gzip", "x-gzip"}:
        return GzipBody()
    raise _unreadable()


def _unreadable() -> MediaError:
    detail = "The server sent the file in an encoding that was not asked for and cannot be read."
    return MediaError(FailureKind.TRANSIENT, "BAD_RESPONSE", detail)
