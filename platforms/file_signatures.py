"""Telling media from their first bytes, before anything is fetched.

Only a first opinion that spares a request: what a stored file is, its whole content decides.
"""

from mediadl.media import MediaType

_STARTS: tuple[tuple[bytes, MediaType], ...] = (
    (b"\xff\xd8\xff", MediaType.IMAGE),
    (b"\x89PNG\r\n\x1a\n", MediaType.IMAGE),
    (b"GIF87a", MediaType.IMAGE),
    (b"GIF89a", MediaType.IMAGE),
    (b"\x1aE\xdf\xa3", MediaType.VIDEO),  # Matroska and WebM
    (b"ID3", MediaType.AUDIO),
    (b"OggS", MediaType.AUDIO),
    (b"fLaC", MediaType.AUDIO),
)
_RIFF_FORMS = {b"WEBP": MediaType.IMAGE, b"AVI ": MediaType.VIDEO, b"WAVE": MediaType.AUDIO}
_IMAGE_BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
_AUDIO_BRANDS = frozenset({b"M4A ", b"M4B ", b"F4A "})
_MARKUP_STARTS = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<!--", b"<svg", b"<script")
_MPEG_LAYER_3 = {0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2}


def media_type_of(start: bytes) -> MediaType | None:
    """What a file that begins with ``start`` is, or None where its first bytes do not tell."""
    for signature, kind in _STARTS:
        if start.startswith(signature):
            return kind
    if start[:4] == b"RIFF":
        return _RIFF_FORMS.get(start[8:12])
    if start[4:8] == b"ftyp":
        if start[8:12] in _IMAGE_BRANDS:
            return MediaType.IMAGE
        return MediaType.AUDIO if start[8:12] in _AUDIO_BRANDS else MediaType.VIDEO
    if start[4:8] in {b"moov", b"mdat", b"wide"}:  # QuickTime without a type box
        return MediaType.VIDEO
    if len(start) > 1 and start[0] == 0xFF and start[1] in _MPEG_LAYER_3:
        return MediaType.AUDIO
    return None


def looks_like_markup(start: bytes) -> bool:
    """Whether these are the first bytes of HTML, XML or SVG."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP_STARTS)


def looks_like_stream_list(start: bytes) -> bool:
    """Whether these are the first bytes of an HLS playlist or a DASH manifest."""
    return start.lstrip(b"\xef\xbb\xbf").startswith(b"#EXTM3U") or b"<MPD" in start[:1024]
