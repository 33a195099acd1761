"""MP3, Ogg and FLAC by their headers."""

from downloads.verification.media import FileType, VerifiedMedia, damaged, truncated
from downloads.verification.window import Window
from mediadl.media import MediaType

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KILOBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KILOBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SYNC_SEARCH_BYTES = 64 * 1024
_OGG_TAIL_BYTES = 128 * 1024
_FRAMES_IN_A_ROW = 3


def check_mp3(window: Window, file_type: FileType) -> VerifiedMedia:
    """A tag or not, then frames that follow one another; as long as its own header says."""
    what = file_type.name
    start = _after_tags(window, what)
    frame = _first_frame(window, start)
    if frame is None:
        raise damaged(what, "it has no audio frames")
    position, samples, rate, kilobits = frame
    frames, size = _xing(window.read(position, 256))
    if size and position + size > len(window) + 1:
        raise truncated(what)
    duration = frames * samples / rate if frames else (len(window) - position) / (kilobits * 125)
    return VerifiedMedia(MediaType.AUDIO, file_type.extension, file_type.mime, duration_seconds=round(duration, 3))


def _after_tags(window: Window, what: str) -> int:
    position = 0
    while (header := window.read(position, 10))[:3] == b"ID3" and len(header) == 10:
        size = 0
        for byte in header[6:10]:
            size = size << 7 | byte & 0x7F
        position += 10 + size + (10 if header[5] & 0x10 else 0)
    if position >= len(window):
        raise truncated(what)
    return position


def _frame(raw: bytes) -> tuple[int, int, int, int] | None:
    """Length in bytes, samples, sample rate and kilobits of a layer III frame header."""
    if len(raw) < 4 or raw[0] != 0xFF or raw[1] & 0xE6 != 0xE2:
        return None
    version, padding = raw[1] >> 3 & 3, raw[2] >> 1 & 1
    bits, rate_index = raw[2] >> 4, raw[2] >> 2 & 3
    if version == 1 or bits in (0, 15) or rate_index == 3:
        return None
    rate = _RATES[version][rate_index]
    kilobits = (_KILOBITS_1 if version == 3 else _KILOBITS_2)[bits]
    samples = 1152 if version == 3 else 576
    return samples // 8 * kilobits * 1000 // rate + padding, samples, rate, kilobits


def _first_frame(window: Window, start: int) -> tuple[int, int, int, int] | None:
    """Where the first of several frames in a row starts, and what it says."""
    head = window.read(start, _SYNC_SEARCH_BYTES)
    at = head.find(b"\xff")
    while at >= 0:
        if (found := _frame(head[at : at + 4])) and _followed(window, start + at):
            return start + at, found[1], found[2], found[3]
        at = head.find(b"\xff", at + 1)
    return None


def _followed(window: Window, position: int) -> bool:
    for _count in range(_FRAMES_IN_A_ROW):
        found = _frame(window.read(position, 4))
        if found is None:
            return False
        position += found[0]
        if position >= len(window):
            return True
    return True


def _xing(raw: bytes) -> tuple[int, int]:
    """Frames and bytes as the encoder's first frame tells, 0 where it does not."""
    at = max(raw.find(b"Xing"), raw.find(b"Info"))
    if at < 0:
        return 0, 0
    flags, at = int.from_bytes(raw[at + 4 : at + 8], "big"), at + 8
    frames = int.from_bytes(raw[at : at + 4], "big") if flags & 1 else 0
    at += 4 if flags & 1 else 0
    return frames, int.from_bytes(raw[at : at + 4], "big") if flags & 2 else 0


def check_ogg(window: Window, file_type: FileType) -> VerifiedMedia:
    """A first page with a known codec, and a last page that is whole."""
    what = file_type.name
    head = window.read(0, 512)
    packet = head[27 + head[26] :] if len(head) > 27 else b""
    width = height = None
    video = packet.startswith(b"\x80theora")
    if packet.startswith(b"\x01vorbis"):
        rate = int.from_bytes(packet[12:16], "little")
    elif packet.startswith(b"OpusHead"):
        rate = 48000
    elif packet.startswith(b"\x7fFLAC"):
        rate = int.from_bytes(packet[27:30], "big") >> 4
    elif packet.startswith(b"Speex   "):
        rate = int.from_bytes(packet[36:40], "little")
    elif video:
        rate = 0
        width, height = int.from_bytes(packet[14:17], "big"), int.from_bytes(packet[17:20], "big")
    else:
        raise damaged(what, "it holds no known audio")
    samples = _last_page(window, what)
    return VerifiedMedia(
        MediaType.VIDEO if video else MediaType.AUDIO,
        file_type.extension,
        "video/ogg" if video else file_type.mime,
        width=width,
        height=height,
        duration_seconds=round(samples / rate, 3) if rate and samples else None,
    )


def _last_page(window: Window, what: str) -> int:
    """The last page's position in samples."""
    start = max(len(window) - _OGG_TAIL_BYTES, 0)
    tail = window.read(start, _OGG_TAIL_BYTES)
    at = tail.rfind(b"OggS")
    segments = tail[at + 26] if 0 <= at < len(tail) - 26 else 0
    table = tail[at + 27 : at + 27 + segments]
    if at < 0 or not segments or len(table) < segments or at + 27 + segments + sum(table) > len(tail):
        raise truncated(what)
    position = int.from_bytes(tail[at + 6 : at + 14], "little")
    return 0 if position == 2**64 - 1 else position


def check_flac(window: Window, file_type: FileType) -> VerifiedMedia:
    """The stream's description, its metadata blocks whole, and audio after them."""
    what = file_type.name
    raw = window.read(4, 38)
    if len(raw) < 38 or raw[0] & 0x7F or int.from_bytes(raw[1:4], "big") < 34:
        raise damaged(what, "it has no stream description")
    packed = int.from_bytes(raw[14:22], "big")
    rate, samples = packed >> 44, packed & (1 << 36) - 1
    position, last = 4, False
    while not last:
        header = window.read(position, 4)
        if len(header) < 4:
            raise truncated(what)
        last = bool(header[0] & 0x80)
        position += 4 + int.from_bytes(header[1:4], "big")
    sync = window.read(position, 2)
    if len(sync) < 2:
        raise truncated(what)
    if sync[0] != 0xFF or sync[1] & 0xFC != 0xF8:
        raise damaged(what, "no audio follows its header")
    duration = round(samples / rate, 3) if rate and samples else None
    return VerifiedMedia(MediaType.AUDIO, file_type.extension, file_type.mime, duration_seconds=duration)
