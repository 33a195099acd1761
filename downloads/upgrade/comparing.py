"""Whether one picture is a larger copy of another, by their pixels. No Django here: it runs in a child.

The larger one is scaled to the smaller one's size, as hashes cannot tell a burst's frames from true
copies. The limits lie between what true copies and near-duplicates of real photographs reached;
docs/upgrade.md has the figures, tests/unit/downloads/upgrade/pairs.py makes the pairs.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageStat

from downloads.upgrade.hashing import opened

LEAST_GAIN = 1.2  # times the pixels
LEAST_SIDE = 300  # pixels of the longest side: in smaller ones a small mark laid over it cannot be told
MOST_ASPECT_DIFFERENCE = 0.012
MOST_CELL = 16.0  # of 255: the largest difference of colour in one of 24 x 24 cells
MOST_BIAS = 0.8  # the largest difference of brightness in one of 48 cells a side, against the texture there
MOST_MEAN = 7.0
LEAST_DETAIL = 0.42  # of the detail that a picture of this kind has one octave lower; upscaled copies reach 0.31
LEAST_SHARPNESS, MOST_SHARPNESS = 0.88, 1.3  # at the smaller size; a blurred copy lies below, a sharpened one above
UNSURE_CELL, UNSURE_MEAN = 80.0, 20.0  # above: another picture
_COMPARED_SIDE = 1024  # larger smaller ones are compared at this size
_CELLS, _FINE_CELLS = 24, 48
_LEAST_CELL = 6  # pixels a side: in smaller ones compression's noise does not even out
_QUIET = 4.0  # of brightness: what compression alone does to a cell without texture


class Verdict(StrEnum):
    """What the pixels say."""

    BETTER = "better"
    UNSURE = "unsure"
    DIFFERENT = "different"
    NO_GAIN = "no_gain"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict, the reason in one word, and what was measured."""

    verdict: Verdict
    reason: str
    gain: float
    mean: float = 0.0
    cell: float = 0.0
    bias: float = 0.0
    detail: float = 0.0
    sharpness: float = 0.0


def compare_files(small: Path, large: Path) -> dict[str, Any]:
    """:func:`compare` for two files, as JSON."""
    return asdict(compare(opened(small), opened(large)))


def compare(small: Image.Image, large: Image.Image) -> Comparison:
    """Compare an upright stored picture with an upright new one."""
    gain = round(large.width * large.height / (small.width * small.height), 2)
    aspect = large.width / large.height / (small.width / small.height)
    rounding = 1.5 / min(small.size)  # a side is a whole number of pixels
    if abs(aspect - 1) > MOST_ASPECT_DIFFERENCE + rounding:
        return _of_another_shape(small, large, gain)
    if gain < LEAST_GAIN:
        return Comparison(Verdict.NO_GAIN, "not_larger", gain)
    mean, cell, bias = _differences(small, large.resize(small.size, Image.Resampling.LANCZOS))
    detail, sharpness = _detail(small, large)
    measured = {"mean": mean, "cell": cell, "bias": bias, "detail": detail, "sharpness": sharpness}
    if cell > UNSURE_CELL or mean > UNSURE_MEAN:
        return Comparison(Verdict.DIFFERENT, "another_picture", gain, **measured)
    if mean > MOST_MEAN:
        reason = "moment" if cell > 3 * mean else "colours"
        return Comparison(Verdict.UNSURE, reason, gain, **measured)
    if cell > MOST_CELL or bias > MOST_BIAS:
        return Comparison(Verdict.UNSURE, "overlay", gain, **measured)
    if detail < LEAST_DETAIL or sharpness < LEAST_SHARPNESS:
        return Comparison(Verdict.NO_GAIN, "not_sharper", gain, **measured)
    if max(small.size) < LEAST_SIDE:
        return Comparison(Verdict.UNSURE, "tiny", gain, **measured)
    if sharpness > MOST_SHARPNESS:
        return Comparison(Verdict.UNSURE, "sharpened", gain, **measured)
    return Comparison(Verdict.BETTER, "same_picture", gain, **measured)


def _of_another_shape(small: Image.Image, large: Image.Image, gain: float) -> Comparison:
    """One may be a part of the other: its middle and both ends are looked at."""
    is_wider = small.width / small.height > large.width / large.height
    best = min(_part_differences(small, large, place, is_wider=is_wider) for place in (0.5, 0.0, 1.0))
    mean, cell, bias = best
    is_same = cell <= UNSURE_CELL and mean <= UNSURE_MEAN
    verdict = Verdict.UNSURE if is_same and gain >= LEAST_GAIN else Verdict.DIFFERENT
    return Comparison(verdict, "crop" if is_same else "another_picture", gain, mean, cell, bias)


def _part_differences(
    small: Image.Image, large: Image.Image, place: float, *, is_wider: bool
) -> tuple[float, float, float]:
    """The wider one's part at ``place`` (0 its start, 1 its end) beside the other one."""
    whole, part = (small, large) if is_wider else (large, small)
    width = min(whole.width, max(1, round(whole.height * part.width / part.height)))
    left = round((whole.width - width) * place)
    cut = whole.crop((left, 0, left + width, whole.height))
    side = min(part.size, cut.size)
    return _differences(part.resize(side, Image.Resampling.LANCZOS), cut.resize(side, Image.Resampling.LANCZOS))


def _differences(one: Image.Image, other: Image.Image) -> tuple[float, float, float]:
    """Of two pictures of one size: mean, largest of coarse cells, largest bias of fine ones."""
    if max(one.size) > _COMPARED_SIDE:
        one, other = _within(one, _COMPARED_SIDE), _within(other, _COMPARED_SIDE)
    soft = [picture.filter(ImageFilter.GaussianBlur(1.2)) for picture in (one, other)]
    red, green, blue = ImageChops.difference(*soft).split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    cells = largest.resize((_CELLS, _CELLS), Image.Resampling.BOX)
    mean, cell = ImageStat.Stat(largest).mean[0], float(_high(cells))
    return round(mean, 2), cell, round(_bias(one.convert("L"), other.convert("L")), 2)


def _bias(one: Image.Image, other: Image.Image) -> float:
    """Compression's noise evens out within a cell; text and marks laid over it do not."""
    cells = max(1, min(_FINE_CELLS, max(one.size) // _LEAST_CELL))
    scale = cells / max(one.size)
    size = max(1, round(one.width * scale)), max(1, round(one.height * scale))
    difference = ImageChops.difference(one.resize(size, Image.Resampling.BOX), other.resize(size, Image.Resampling.BOX))
    blurred = one.filter(ImageFilter.GaussianBlur(1 / scale / 2))
    texture = ImageChops.difference(one, blurred).resize(size, Image.Resampling.BOX)
    pairs = zip(difference.tobytes(), texture.tobytes(), strict=True)
    return max(found / (_QUIET + around / 2) for found, around in pairs)


def _detail(small: Image.Image, large: Image.Image) -> tuple[float, float]:
    """How much of the large one the small one cannot show, and how sharp it is at the small one's size."""
    large_grey, small_grey = large.convert("L"), small.convert("L")
    factor = small.width / large.width
    lower = max(1, round(small.width * factor)), max(1, round(small.height * factor))
    own = _lost(small_grey, lower)
    scaled = large_grey.resize(small.size, Image.Resampling.LANCZOS)
    detail = _lost(large_grey, small.size) / max(own, 0.01)
    return round(detail, 3), round(_sharpness(scaled) / max(_sharpness(small_grey), 0.01), 2)


def _lost(picture: Image.Image, size: tuple[int, int]) -> float:
    """What is lost by showing the picture at ``size``."""
    shown = picture.resize(size, Image.Resampling.LANCZOS).resize(picture.size, Image.Resampling.BICUBIC)
    return float(ImageStat.Stat(ImageChops.difference(picture, shown)).rms[0])


def _sharpness(picture: Image.Image) -> float:
    blurred = picture.filter(ImageFilter.GaussianBlur(1))
    return float(ImageStat.Stat(ImageChops.difference(picture, blurred)).rms[0])


def _within(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.BOX)


def _high(picture: Image.Image) -> int:
    extrema: Any = picture.getextrema()
    return int(extrema[1])
