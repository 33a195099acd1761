"""AVI by its RIFF structure."""

import struct

from downloads.verification.media import FileType, VerifiedMedia, damaged, truncated
from downloads.verification.window import Window
from mediadl.media import MediaType


def check_avi(window: Window, file_type: FileType) -> VerifiedMedia:
    """All RIFF segments (OpenDML has several) lie inside the file, with a header and media.

    Raises:
        RefusedFileError: the file is cut or damaged.
    """
    what = file_type.name
    position = 0
    while len(window) - position >= 12:
        header = window.read(position, 12)
        if header[:4] != b"RIFF":
            break  # rubbish after the last segment does not harm
        size = int.from_bytes(header[4:8], "little")
        if size < 4 or position + 8 + size > len(window) + 1:  # some writers count the padding byte
            raise truncated(what)
        position += 8 + size + size % 2
    width, height, duration = _main_header(window, what)
    if b"LIST" not in window.read(12, 4) or not _has_movie(window):
        raise truncated(what)
    return VerifiedMedia(
        MediaType.VIDEO, file_type.extension, file_type.mime, width=width, height=height, duration_seconds=duration
    )


def _main_header(window: Window, what: str) -> tuple[int | None, int | None, float | None]:
    if window.read(20, 8)[:8] != b"hdrlavih":
        raise damaged(what, "it has no header")
    raw = window.read(32, 40)
    if len(raw) < 40:
        raise truncated(what)
    fields = struct.unpack("<10I", raw)
    microseconds, frames, width, height = fields[0], fields[4], fields[8], fields[9]
    return width or None, height or None, round(microseconds * frames / 1e6, 3) or None


def _has_movie(window: Window) -> bool:
    position = 12
    for _count in range(1000):
        header = window.read(position, 12)
        if len(header) < 12:
            return False
        if header[:4] == b"LIST" and header[8:12] == b"movi":
            return True
        size = int.from_bytes(header[4:8], "little")
        position += 8 + size + size % 2
    return False
