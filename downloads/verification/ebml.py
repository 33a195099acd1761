"""WebM and Matroska by their structure."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from downloads.verification.media import FileType, VerifiedMedia, damaged, truncated
from downloads.verification.window import Window
from mediadl.media import MediaType

_SEGMENT = 0x18538067
_INFO, _TIMESTAMP_SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK, _TRACK_TYPE = 0x1654AE6B, 0xAE, 0x83
_VIDEO, _WIDTH, _HEIGHT = 0xE0, 0xB0, 0xBA
_CLUSTER, _TIMESTAMP = 0x1F43B675, 0xE7
_TOP_LEVEL = frozenset(
    {_INFO, _TRACKS, _CLUSTER, 0x114D9B74, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367, 0xEC, 0xBF}
)
_MAX_ELEMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Element:
    id: int
    body: Window
    size_known: bool


class _Found:
    """What the walk over a segment gathers."""

    def __init__(self) -> None:
        self.scale = 1_000_000
        self.duration = 0.0
        self.last_cluster = 0
        self.clusters = 0
        self.has_tracks = False
        self.has_video = False
        self.width = 0
        self.height = 0


def check_ebml(window: Window, file_type: FileType) -> VerifiedMedia:
    """Walk segment and clusters: all inside the file, with tracks and media.

    Raises:
        RefusedFileError: the file is cut or damaged.
    """
    what = file_type.name
    found = _Found()
    for element in _elements(window, what):
        if element.id == _SEGMENT:
            _walk_segment(element.body, found, what)
    if not found.has_tracks:
        raise damaged(what, "it has no tracks")
    if not found.clusters:
        raise truncated(what)
    length = (found.duration or found.last_cluster) * found.scale / 1e9
    return VerifiedMedia(
        MediaType.VIDEO if found.has_video else MediaType.AUDIO,
        file_type.extension,
        file_type.mime if found.has_video else file_type.mime.replace("video/", "audio/"),
        width=found.width or None,
        height=found.height or None,
        duration_seconds=round(length, 3) if length else None,
    )


def _walk_segment(segment: Window, found: _Found, what: str) -> None:
    for element in _elements(segment, what):
        if element.id == _INFO:
            _read_info(element.body, found, what)
        elif element.id == _TRACKS:
            _read_tracks(element.body, found, what)
        elif element.id == _CLUSTER:
            found.clusters += 1
            first = next(_elements(element.body, what), None)
            if first is not None and first.id == _TIMESTAMP:
                found.last_cluster = max(found.last_cluster, _unsigned(first.body))


def _read_info(info: Window, found: _Found, what: str) -> None:
    for element in _elements(info, what):
        if element.id == _TIMESTAMP_SCALE:
            found.scale = _unsigned(element.body) or found.scale
        elif element.id == _DURATION:
            raw = element.body.read(0, 8)
            if len(raw) in (4, 8):
                value = struct.unpack(">f" if len(raw) == 4 else ">d", raw)[0]
                found.duration = value if 0 < value < 1e15 else 0.0


def _read_tracks(tracks: Window, found: _Found, what: str) -> None:
    for track in _elements(tracks, what):
        if track.id != _TRACK:
            continue
        found.has_tracks = True
        for element in _elements(track.body, what):
            if element.id == _TRACK_TYPE and _unsigned(element.body) == 1:
                found.has_video = True
            elif element.id == _VIDEO:
                sizes = {inner.id: _unsigned(inner.body) for inner in _elements(element.body, what)}
                found.width = max(found.width, sizes.get(_WIDTH, 0))
                found.height = max(found.height, sizes.get(_HEIGHT, 0))


def _elements(window: Window, what: str) -> Iterator[_Element]:
    position = 0
    for _count in range(_MAX_ELEMENTS):
        if position >= len(window):
            return
        raw = window.read(position, 12)
        id_length = 9 - raw[0].bit_length()
        if id_length > 4 or len(raw) < id_length + 1:
            raise truncated(what) if len(raw) < 12 else damaged(what, "its structure is not valid")
        number = int.from_bytes(raw[:id_length], "big")
        size_length = 9 - raw[id_length].bit_length()
        start = id_length + size_length
        if size_length > 8 or len(raw) < start:
            raise truncated(what) if len(raw) < 12 else damaged(what, "its structure is not valid")
        mask = (1 << (7 * size_length)) - 1
        size = int.from_bytes(raw[id_length:start], "big") & mask
        known = size != mask
        end = position + start + size if known else _end_of_unknown(window, position + start, number, what)
        if end > len(window):
            raise truncated(what)
        yield _Element(number, window.part(position + start, end), known)
        position = end
    raise damaged(what, "its structure has too many parts")


def _end_of_unknown(window: Window, start: int, number: int, what: str) -> int:
    """Where an element of unknown size (a live recording) ends: at the next one of its level."""
    if number != _CLUSTER:
        return len(window)
    position = start
    for element in _elements(window.part(start, len(window)), what):
        if element.id in _TOP_LEVEL and element.id not in (0xEC, 0xBF):
            return position
        position = element.body.end - window.start
    return len(window)


def _unsigned(window: Window) -> int:
    return int.from_bytes(window.read(0, 8), "big")
