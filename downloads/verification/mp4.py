"""MP4, MOV and M4A by their structure: nothing is decoded."""

import struct
from dataclasses import dataclass

from downloads.verification.boxes import Box, boxes, find
from downloads.verification.media import FileType, VerifiedMedia, damaged, truncated
from downloads.verification.sniffing import M4A, MOV
from downloads.verification.window import Window
from mediadl.media import MediaType

_MAX_INDEX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Track:
    handler: bytes
    width: int
    height: int
    last_offset: int


def check_mp4(window: Window, file_type: FileType) -> VerifiedMedia:
    """Walk the boxes: all inside the file, an index, and every chunk that it names is there.

    Raises:
        RefusedFileError: the file is cut or damaged.
    """
    what = file_type.name
    moov: Box | None = None
    has_media = fragmented = False
    for box in boxes(window, what):
        if box.type == b"moov":
            moov = box
        fragmented = fragmented or box.type == b"moof"
        has_media = has_media or (box.type == b"mdat" and len(box.body) > 0)
    if moov is None:
        raise truncated(what) if has_media else damaged(what, "it has no index")
    if not has_media:
        raise truncated(what)
    tracks = [_track(box.body, what) for box in boxes(moov.body, what) if box.type == b"trak"]
    if not tracks:
        raise damaged(what, "it has no tracks")
    if max(track.last_offset for track in tracks) >= len(window):
        raise truncated(what)
    return _described(file_type, tracks, _duration(moov.body, what, fragmented=fragmented))


def _described(file_type: FileType, tracks: list[_Track], duration: float | None) -> VerifiedMedia:
    videos = [track for track in tracks if track.handler == b"vide"]
    if not videos:
        audio = file_type if file_type is MOV else M4A
        return VerifiedMedia(MediaType.AUDIO, audio.extension, audio.mime, duration_seconds=duration)
    largest = max(videos, key=lambda track: track.width * track.height)
    kind = file_type if file_type is not M4A else FileType("MP4 video", MediaType.VIDEO, "mp4", "video/mp4")
    return VerifiedMedia(
        MediaType.VIDEO,
        kind.extension,
        kind.mime,
        width=largest.width or None,
        height=largest.height or None,
        duration_seconds=duration,
    )


def _track(trak: Window, what: str) -> _Track:
    header = find(trak, (b"tkhd",), what)
    handler = find(trak, (b"mdia", b"hdlr"), what)
    table = find(trak, (b"mdia", b"minf", b"stbl"), what)
    width = height = 0
    if header is not None and len(header.body) >= 8:
        width, height = (value >> 16 for value in struct.unpack(">II", header.body.read(len(header.body) - 8, 8)))
    return _Track(
        handler=handler.body.read(8, 4) if handler else b"",
        width=width,
        height=height,
        last_offset=_last_chunk(table.body, what) if table else 0,
    )


def _last_chunk(table: Window, what: str) -> int:
    """The highest chunk offset that the track's index names."""
    for box in boxes(table, what):
        if box.type not in (b"stco", b"co64"):
            continue
        width, letter = (4, "I") if box.type == b"stco" else (8, "Q")
        count = int.from_bytes(box.body.read(4, 4), "big")
        if count * width > min(len(box.body) - 8, _MAX_INDEX_BYTES):
            raise damaged(what, "its index is not valid")
        return max(struct.unpack(f">{count}{letter}", box.body.read(8, count * width)), default=0)
    return 0


def _duration(moov: Window, what: str, *, fragmented: bool) -> float | None:
    header = find(moov, (b"mvhd",), what)
    if header is None:
        return None
    scale, length = _timed(header.body.read(0, 36), 12, 20)
    if not length and fragmented:
        extended = find(moov, (b"mvex", b"mehd"), what)
        if extended:
            raw = extended.body.read(0, 12)
            length = int.from_bytes(raw[4:12] if raw[:1] == b"\1" else raw[4:8], "big")
    return round(length / scale, 3) if scale and length else None


def _timed(raw: bytes, short: int, long: int) -> tuple[int, int]:
    """Time scale and duration of a header of version 0 or 1."""
    if raw[:1] == b"\1":
        scale, length = int.from_bytes(raw[long : long + 4], "big"), int.from_bytes(raw[long + 4 : long + 12], "big")
        return scale, 0 if length == 2**64 - 1 else length
    scale, length = int.from_bytes(raw[short : short + 4], "big"), int.from_bytes(raw[short + 4 : short + 8], "big")
    return scale, 0 if length == 2**32 - 1 else length
