"""The pictures of the transfer benches: 1080x1350, about 200 KB."""

import io
import random
from pathlib import Path

from PIL import Image, ImageChops

_SIZE = (1080, 1350)


def make_pictures(folder: Path, number: int) -> None:
    """Write ``number`` different JPEG files of about 200 KB, the same ones each time."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    noise = Image.frombytes("RGB", (270, 338), chance.randbytes(270 * 338 * 3)).resize(_SIZE, Image.Resampling.BILINEAR)
    for index in range(number):
        path = folder / f"p{index:04d}.jpg"
        if path.exists():
            continue
        moved = ImageChops.offset(noise, chance.randrange(_SIZE[0]), chance.randrange(_SIZE[1]))
        tint = Image.new("RGB", _SIZE, (chance.randrange(256), chance.randrange(256), chance.randrange(256)))
        written = io.BytesIO()
        Image.blend(moved, tint, 0.62).save(written, "JPEG", quality=72)
        path.write_bytes(written.getvalue())
