"""What a file is, told from its first bytes; names and headers from outside do not count."""

from downloads.verification.media import FileType, RefusedFileError
from mediadl.media import MediaType

HEAD_BYTES = 4096

JPEG = FileType("JPEG picture", MediaType.IMAGE, "jpg", "image/jpeg")
PNG = FileType("PNG picture", MediaType.IMAGE, "png", "image/png")
GIF = FileType("GIF picture", MediaType.IMAGE, "gif", "image/gif")
WEBP = FileType("WebP picture", MediaType.IMAGE, "webp", "image/webp")
AVIF = FileType("AVIF picture", MediaType.IMAGE, "avif", "image/avif")
HEIC = FileType("HEIC picture", MediaType.IMAGE, "heic", "image/heic")
MP4 = FileType("MP4 video", MediaType.VIDEO, "mp4", "video/mp4")
MOV = FileType("MOV video", MediaType.VIDEO, "mov", "video/quicktime")
M4A = FileType("M4A audio file", MediaType.AUDIO, "m4a", "audio/mp4")
WEBM = FileType("WebM video", MediaType.VIDEO, "webm", "video/webm")
MKV = FileType("Matroska video", MediaType.VIDEO, "mkv", "video/x-matroska")
AVI = FileType("AVI video", MediaType.VIDEO, "avi", "video/x-msvideo")
MP3 = FileType("MP3 audio file", MediaType.AUDIO, "mp3", "audio/mpeg")
OGG = FileType("Ogg audio file", MediaType.AUDIO, "ogg", "audio/ogg")
FLAC = FileType("FLAC audio file", MediaType.AUDIO, "flac", "audio/flac")

ALL_TYPES = (JPEG, PNG, GIF, WEBP, AVIF, HEIC, MP4, MOV, M4A, WEBM, MKV, AVI, MP3, OGG, FLAC)
MIME_OF_EXTENSION = {file_type.extension: file_type.mime for file_type in ALL_TYPES}

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_OLD_QUICKTIME = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_PREFIXES: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"OggS", OGG),
    (b"fLaC", FLAC),
)
_NOT_ALLOWED: tuple[tuple[bytes, str], ...] = (
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\1\0", "an icon"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\3\4", "a ZIP archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "compressed data"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"FLV\1", "a Flash video"),
    (b"0&\xb2u", "a Windows Media file"),
    (b"#EXTM3U", "a playlist"),
)
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<?xml", b"<svg", b"<!--", b"<title", b"<")


def sniff(head: bytes) -> FileType:
    """The type of a file that starts with ``head``.

    Raises:
        RefusedFileError: ``NOT_MEDIA`` for text, HTML, JSON, SVG and unknown bytes,
            ``TYPE_NOT_ALLOWED`` for files of a known type that is not stored.
    """
    for prefix, file_type in _PREFIXES:
        if head.startswith(prefix):
            return file_type
    found = _riff(head) or _iso_media(head) or _ebml(head) or _mpeg_audio(head)
    if found:
        return found
    for prefix, what in _NOT_ALLOWED:
        if head.startswith(prefix):
            raise RefusedFileError("TYPE_NOT_ALLOWED", f"The file is {what}; such files are not stored.")
    raise _not_media(head)


def _riff(head: bytes) -> FileType | None:
    if head[:4] != b"RIFF":
        return None
    return {b"WEBP": WEBP, b"AVI ": AVI}.get(head[8:12]) or _refuse_riff()


def _refuse_riff() -> FileType:
    raise RefusedFileError(
        "TYPE_NOT_ALLOWED", "The file is a RIFF file that is neither WebP nor AVI; it is not stored."
    )


def _iso_media(head: bytes) -> FileType | None:
    if head[4:8] in _OLD_QUICKTIME and head[:4] != b"\0\0\0\0":
        return MOV
    if head[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, max(size - 3, 16), 4))]
    if brands[0] == b"crx ":
        raise RefusedFileError("TYPE_NOT_ALLOWED", "The file is a camera's raw picture; such files are not stored.")
    if brands[0] in _AVIF_BRANDS or (brands[0] in {b"mif1", b"msf1"} and _AVIF_BRANDS & set(brands)):
        return AVIF
    if brands[0] in _HEIC_BRANDS:
        return HEIC
    if brands[0] == b"qt  ":
        return MOV
    return M4A if brands[0] in {b"M4A ", b"M4B "} else MP4


def _ebml(head: bytes) -> FileType | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    start = head[:64]
    if b"\x42\x82" in start and b"webm" in start:
        return WEBM
    if b"\x42\x82" in start and b"matroska" in start:
        return MKV
    raise RefusedFileError("TYPE_NOT_ALLOWED", "The file is an EBML file that is neither WebM nor Matroska.")


def _mpeg_audio(head: bytes) -> FileType | None:
    if head.startswith(b"ID3"):
        return MP3
    # Frame sync, layer III, a bit rate and a sample rate that exist; the header check looks further.
    if len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] >> 4 != 15 and head[2] & 0x0C != 0x0C:
        return MP3
    return None


def _not_media(head: bytes) -> RefusedFileError:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n\0").lower()
    if text.startswith((b"{", b"[")):
        what = "JSON data"
    elif text.startswith((b"<svg",)) or b"<svg" in text[:1024]:
        what = "an SVG drawing"
    elif text.startswith(_MARKUP) or b"<html" in text[:1024]:
        what = "a web page"
    elif head and all(byte >= 32 or byte in (9, 10, 13) for byte in head[:256]):
        what = "text"
    else:
        what = "something that is no known picture, video or audio format"
    return RefusedFileError("NOT_MEDIA", f"The site sent {what} in place of a media file.")
