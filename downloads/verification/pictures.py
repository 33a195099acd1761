"""Opening a picture: once, at the thumbnail's size where the format can, never above the limits."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import AvifImagePlugin, Image, UnidentifiedImageError

from downloads.verification.media import (
    MAX_PIXELS,
    THUMBNAIL_PIXELS,
    FileType,
    RefusedFileError,
    VerifiedMedia,
    damaged,
    truncated,
)
from downloads.verification.picture_structure import check_structure
from downloads.verification.sniffing import AVIF, GIF, HEIC, JPEG, PNG, WEBP
from downloads.verification.thumbnail_files import write_whole
from downloads.verification.window import Window

_PILLOW_FORMATS = {
    JPEG.name: ("JPEG",),
    PNG.name: ("PNG",),
    GIF.name: ("GIF",),
    WEBP.name: ("WEBP",),
    AVIF.name: ("AVIF",),
    HEIC.name: ("HEIF",),
}
_THUMBNAIL_QUALITY = 80
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_CUT_WORDS = ("truncated", "not enough data", "unexpected end", "end of file", "broken data stream")
# What decoders raise for bytes that do not fit their format.
_DECODER_ERRORS = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def check_picture(stream: IO[bytes], window: Window, file_type: FileType, thumbnail: Path | None) -> VerifiedMedia:
    """Check the structure, open and decode the picture (its first frame), write its thumbnail.

    Raises:
        RefusedFileError: cut, damaged, or a placeholder of a few pixels.
    """
    if file_type is HEIC:
        know_heif()
    if file_type is not JPEG:
        check_structure(window, file_type)
    with _opened(stream, file_type) as picture:
        size = picture.size
        _refuse_placeholder(size)
        decoded = size[0] * size[1] <= MAX_PIXELS and _decode(picture, stream, file_type, thumbnail)
    if file_type is JPEG and not decoded:  # its decoder reports every cut better than its structure does
        check_structure(window, file_type)
    return VerifiedMedia(
        file_type.media_type,
        file_type.extension,
        file_type.mime,
        width=size[0],
        height=size[1],
        has_thumbnail=decoded and thumbnail is not None,
        unverified=not decoded,
    )


def know_heif() -> None:
    """Registered only when a HEIC file comes: most collections have none, and it costs 10 MB."""
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False)


def _refuse_placeholder(size: tuple[int, int]) -> None:
    if size[0] <= 2 and size[1] <= 2:
        raise RefusedFileError("PLACEHOLDER", "The site sent an empty pixel in place of the picture; it is gone there.")


def _open(stream: IO[bytes], file_type: FileType) -> Image.Image:
    stream.seek(0)
    return Image.open(stream, formats=_PILLOW_FORMATS[file_type.name])


def _opened(stream: IO[bytes], file_type: FileType) -> Image.Image:
    """The picture with its header read, however large it says it is."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        return _open(stream, file_type)
    except MemoryError as error:
        raise damaged(file_type.name, "its header asks for too much memory") from error
    except UnidentifiedImageError as error:
        raise damaged(file_type.name, "its header is not valid") from error
    except _DECODER_ERRORS as error:
        raise _refusal(error, file_type) from error
    finally:
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def _decode(picture: Image.Image, stream: IO[bytes], file_type: FileType, thumbnail: Path | None) -> bool:
    """Decode once; False where that would take more memory or pixels than allowed."""
    try:
        if file_type is GIF:  # its first frame may be larger than its screen, which only opening checks
            picture = _open(stream, file_type)
        orientation = _orientation(picture)
        target = _thumbnail_size(picture.size)
        picture.draft(None, target)
        picture.load()
        if thumbnail is not None:
            write_whole(thumbnail, _jpeg(picture, target, orientation))
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False
    except _DECODER_ERRORS as error:
        raise _refusal(error, file_type) from error
    return True


def _thumbnail_size(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(THUMBNAIL_PIXELS / max(size), 1.0)
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation; damaged EXIF data do not make a picture damaged."""
    if "exif" not in picture.info:
        return 1
    try:
        return int(picture.getexif().get(_ORIENTATION_TAG, 1))
    except (*_DECODER_ERRORS, ArithmeticError, AttributeError):
        return 1


def _jpeg(picture: Image.Image, target: tuple[int, int], orientation: int) -> bytes:
    small = _in_rgb(picture)
    if small.size != target:
        small = small.resize(target, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if "A" in small.getbands():
        ground = Image.new("RGB", small.size, (255, 255, 255))
        ground.paste(small, mask=small.getchannel("A"))
        small = ground
    if orientation in _TURNS:
        small = small.transpose(_TURNS[orientation])
    out = BytesIO()
    small.save(out, "JPEG", quality=_THUMBNAIL_QUALITY)
    return out.getvalue()


def _in_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16-bit grey: the high byte is what is seen
        return picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _refusal(error: Exception, file_type: FileType) -> RefusedFileError:
    text = str(error).lower()
    if any(word in text for word in _CUT_WORDS):
        return truncated(file_type.name)
    return damaged(file_type.name)
