"""Perceptual hashes of a picture as it is shown. No Django here: it runs in the verification child."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from downloads.verification.media import MAX_PIXELS
from downloads.verification.pictures import know_heif

NEAR_PHASH, NEAR_DHASH = 10, 12  # bits of 64; true copies reach 4 and 4, crops of 3 % 8 and 13
_SIDE, _KEPT = 32, 8  # of the transformed picture, and of its lowest frequencies
_COSINES = [
    [math.cos(math.pi * frequency * (2 * place + 1) / (2 * _SIDE)) for place in range(_SIDE)]
    for frequency in range(_KEPT + 1)
]
_HEIF_ENDINGS = (".heic", ".heif")
_HASH_DRAFT = 256


class TooLargeError(Exception):
    """The picture has more pixels than may be decoded."""


def opened(path: Path, *, draft: int = 0) -> Image.Image:
    """The picture upright, in RGB, transparent parts white; with ``draft`` at no more pixels than needed.

    Raises:
        TooLargeError: it is not decoded for its size.
    """
    if path.suffix.lower() in _HEIF_ENDINGS:
        know_heif()
    Image.MAX_IMAGE_PIXELS = None
    try:
        picture: Image.Image = Image.open(path)
    finally:
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise TooLargeError
        if draft:
            picture.draft("RGB", (draft, draft))
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in upright.info:
            upright = upright.convert("RGBA")
            ground = Image.new("RGB", upright.size, (255, 255, 255))
            ground.paste(upright, mask=upright.getchannel("A"))
            return ground
        return upright.convert("RGB")


def fingerprint(path: Path) -> dict[str, Any]:
    """The hashes and the size as shown of one file."""
    picture = opened(path, draft=_HASH_DRAFT)
    width, height = shown_size(path)
    return {**hashes(picture), "width": width, "height": height}


def shown_size(path: Path) -> tuple[int, int]:
    """Width and height after the EXIF orientation."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(path) as picture:
            turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            return (picture.height, picture.width) if turned else picture.size
    finally:
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def hashes(picture: Image.Image) -> dict[str, str]:
    """pHash and dHash as 16 hex digits each."""
    grey = picture.convert("L")
    return {"phash": f"{_phash(grey):016x}", "dhash": f"{_dhash(grey):016x}"}


def distance(one: str, other: str) -> int:
    """In how many of 64 bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _phash(grey: Image.Image) -> int:
    pixels = list(grey.resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes())
    rows = [pixels[start : start + _SIDE] for start in range(0, _SIDE * _SIDE, _SIDE)]
    halves = [[_dot(row, wave) for wave in _COSINES] for row in rows]
    columns = list(zip(*halves, strict=True))
    low = [_dot(columns[x], _COSINES[y]) for y in range(_KEPT) for x in range(_KEPT)]
    low[0] = _dot(columns[_KEPT], _COSINES[0])  # the mean says nothing of the shapes
    middle = sorted(low)[len(low) // 2]
    return _bits([value > middle for value in low])


def _dhash(grey: Image.Image) -> int:
    width = _KEPT + 1
    pixels = grey.resize((width, _KEPT), Image.Resampling.BOX).tobytes()
    return _bits([pixels[y * width + x] < pixels[y * width + x + 1] for y in range(_KEPT) for x in range(_KEPT)])


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _bits(flags: Sequence[bool]) -> int:
    number = 0
    for flag in flags:
        number = number * 2 + flag
    return number
