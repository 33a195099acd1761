"""The box structure of ISO media files (MP4, MOV, M4A, HEIC, AVIF)."""

from collections.abc import Iterator
from dataclasses import dataclass

from downloads.verification.media import damaged, truncated
from downloads.verification.window import Window

_MAX_BOXES = 200_000  # of one level: a fragmented video of a day has fewer


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its four-letter type and the window of its body."""

    type: bytes
    body: Window


def boxes(window: Window, what: str) -> Iterator[Box]:
    """The boxes that follow one another in ``window``.

    Raises:
        RefusedFileError: ``TRUNCATED`` where one reaches past the end, ``DAMAGED`` for rubbish.
    """
    position = 0
    for _count in range(_MAX_BOXES):
        left = len(window) - position
        if left <= 0:
            return
        header = window.read(position, 16)
        if left < 8:
            if header.strip(b"\0"):
                raise truncated(what)
            return  # QuickTime ends some lists with four zero bytes
        size, start = int.from_bytes(header[:4], "big"), 8
        if size == 1:
            size, start = int.from_bytes(header[8:16], "big"), 16
        elif size == 0:
            size = left
        if size < start:
            raise damaged(what, "its structure is not valid")
        if size > left:
            raise truncated(what)
        yield Box(header[4:8], window.part(position + start, position + size))
        position += size
    raise damaged(what, "its structure has too many parts")


def find(window: Window, path: tuple[bytes, ...], what: str) -> Box | None:
    """The first box at ``path`` below ``window``, or None."""
    for box in boxes(window, what):
        if box.type == path[0]:
            return find(box.body, path[1:], what) if len(path) > 1 else box
    return None
