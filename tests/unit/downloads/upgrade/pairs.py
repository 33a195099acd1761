"""Labelled pairs of pictures: true copies at two sizes and qualities, and what only looks like them.

``python -m tests.unit.downloads.upgrade.pairs FOLDER`` makes them of the photographs in FOLDER and
prints how each kind is judged. The same calls make the tests' own pairs, of drawn scenes.
"""

import io
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from downloads.upgrade.comparing import Comparison, compare
from downloads.upgrade.hashing import NEAR_DHASH, NEAR_PHASH, distance, hashes

Resampling = Image.Resampling
MOST_SIDE = 1440
LEAST_PHOTO = 480


@dataclass(frozen=True, slots=True)
class Pair:
    """A stored picture and a new one; ``is_copy``: the new one is a true, larger copy."""

    kind: str
    is_copy: bool
    small: Image.Image
    large: Image.Image


def photographs(folder: Path) -> list[Path]:
    """Those that are large enough for two sizes."""
    return [path for path in sorted(folder.iterdir()) if max(Image.open(path).size) >= LEAST_PHOTO]


def judged(pair: Pair) -> tuple[bool, Comparison]:
    """Whether the hashes find the pair at all, and what the pixels say."""
    one, other = hashes(pair.small), hashes(pair.large)
    near = distance(one["phash"], other["phash"]) <= NEAR_PHASH or distance(one["dhash"], other["dhash"]) <= NEAR_DHASH
    return near, compare(pair.small, pair.large)


def pairs_of(photo: Image.Image, chance: random.Random) -> Iterator[Pair]:
    """All pairs of one photograph."""
    photo = photo.convert("RGB")
    large = _fit(photo, min(max(photo.size), MOST_SIDE))
    yield from _true_copies(photo, large, chance)
    small = _jpeg(_fit(photo, round(max(large.size) * 0.63)), 80)
    yield from _no_better(small, large)
    yield from _other_moments(photo, large)
    yield from _changed(small, large)


def _true_copies(photo: Image.Image, large: Image.Image, chance: random.Random) -> Iterator[Pair]:
    side = max(large.size)
    for ratio in (0.63, 0.7, 0.8):
        for quality in (55, 75, 90):
            for how in (Resampling.LANCZOS, Resampling.BICUBIC, Resampling.BOX):
                small = _jpeg(_fit(photo, round(side * ratio), how), quality)
                yield Pair("true copy", True, small, _jpeg(large, chance.choice((70, 80, 92))))


def _no_better(small: Image.Image, large: Image.Image) -> Iterator[Pair]:
    """More pixels, but not more of the picture."""
    for how in (Resampling.BICUBIC, Resampling.LANCZOS, Resampling.BILINEAR):
        for quality in (60, 85, 95):
            yield Pair("upscaled", False, small, _jpeg(small.resize(large.size, how), quality))
    upscaled = small.resize(large.size, Resampling.LANCZOS)
    yield Pair("upscaled, sharpened", False, small, _jpeg(upscaled.filter(ImageFilter.UnsharpMask(2, 150, 2)), 90))
    yield Pair("blurred", False, small, _jpeg(large.filter(ImageFilter.GaussianBlur(large.width / 400)), 85))
    yield Pair("same size", False, small, _jpeg(small, 95))


def _other_moments(photo: Image.Image, large: Image.Image) -> Iterator[Pair]:
    """The next frames of a burst: the camera or a thing has moved a little."""
    side = max(large.size)
    left, top = round(photo.width * 0.03), round(photo.height * 0.03)
    inner = (left, top, photo.width - left, photo.height - top)
    first = _jpeg(_fit(photo.crop(inner), round(side * 0.67)), 80)
    for moved in (0.004, 0.01, 0.02):
        matrix = (1, 0.002, moved * photo.width, -0.002, 1, moved * 0.5 * photo.height)
        frame = photo.transform(photo.size, Image.Transform.AFFINE, matrix, Resampling.BICUBIC).crop(inner)
        yield Pair("burst", False, first, _jpeg(_fit(frame, side), 85))
    size = round(min(large.size) * 0.15)
    x, y = large.width // 3, large.height // 3
    scene = large.copy()
    scene.paste(large.crop((x, y, x + size, y + size)), (x + size // 4, y + size // 8))
    yield Pair("a thing has moved", False, _jpeg(_fit(large, round(side * 0.63)), 80), _jpeg(scene, 85))


def _changed(small: Image.Image, large: Image.Image) -> Iterator[Pair]:
    width, height = large.size
    for share in (0.01, 0.03, 0.1):
        yield Pair("crop", False, small, _jpeg(large.crop((round(width * share), 0, width, height)), 85))
        cut = round(width * share / 2), round(height * share / 2)
        yield Pair("crop, same shape", False, small, _jpeg(large.crop((*cut, width - cut[0], height - cut[1])), 85))
    yield Pair("overlay", False, small, _jpeg(_written(large, "@photographer", (0.05, 0.9), 0.04), 85))
    yield Pair("small overlay", False, small, _jpeg(_written(large, "(c) me", (0.8, 0.95), 0.025), 85))
    mask = Image.new("L", large.size, 0)
    ImageDraw.Draw(mask).text((width * 0.3, height * 0.4), "SAMPLE", fill=50, font_size=round(height * 0.15))
    marked = large.copy()
    marked.paste(Image.new("RGB", large.size, (255, 255, 255)), mask=mask)
    yield Pair("watermark", False, small, _jpeg(marked, 85))
    yield Pair("other colours", False, small, _jpeg(ImageEnhance.Color(large).enhance(0.3), 85))
    yield Pair("brighter", False, small, _jpeg(ImageEnhance.Brightness(large).enhance(1.12), 85))
    yield Pair("mirrored", False, small, _jpeg(ImageOps.mirror(large), 85))


def drawn_scene(seed: int, side: int = 900) -> Image.Image:
    """A picture with the texture of a photograph: noise of all sizes, and shapes."""
    chance = random.Random(seed)
    size = (side, round(side * 0.75))
    bands = []
    for _band in range(3):
        ground = Image.new("L", size, 128)
        for octave in range(2, 10):
            cells = (max(2, 2**octave), max(2, round(2**octave * 0.75)))
            noise = Image.frombytes("L", cells, chance.randbytes(cells[0] * cells[1]))
            ground = Image.blend(ground, noise.resize(size, Resampling.BICUBIC), 0.34 if octave < 5 else 0.16)
        bands.append(ground)
    scene = ImageEnhance.Color(Image.merge("RGB", bands)).enhance(0.6)
    draw = ImageDraw.Draw(scene)
    for _shape in range(25):
        x, y, extent = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(20, side // 5)
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x, y, x + extent, y + extent), outline=colour, width=chance.randrange(2, 9))
        draw.line((x, y, chance.randrange(size[0]), chance.randrange(size[1])), fill=colour, width=3)
    return ImageEnhance.Contrast(scene).enhance(1.4)


def _written(picture: Image.Image, text: str, place: tuple[float, float], size: float) -> Image.Image:
    copy = picture.copy()
    where = (copy.width * place[0], copy.height * place[1])
    ImageDraw.Draw(copy).text(where, text, fill=(255, 255, 255), font_size=max(8, round(copy.height * size)))
    return copy


def _fit(picture: Image.Image, side: int, how: Resampling = Resampling.LANCZOS) -> Image.Image:
    scale = side / max(picture.size)
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), how)


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def _main(folder: Path) -> None:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path in photographs(folder):
        for pair in pairs_of(Image.open(path), random.Random(path.name)):
            near, comparison = judged(pair)
            word = f"{comparison.verdict}: {comparison.reason}" if near else "not found"
            counts[pair.kind][word] += 1
            if pair.is_copy != (near and comparison.verdict == "better"):
                sys.stdout.write(f"WRONG {path.name} {pair.kind} {pair.small.size} {comparison}\n")
    for kind, found in counts.items():
        words = ", ".join(f"{number} {word}" for word, number in found.most_common())
        sys.stdout.write(f"{kind}: {found.total()} pairs: {words}\n")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
