"""Real media files of every type that is stored, made at test time by Pillow and ffmpeg."""

import io
import random
import subprocess
from functools import cache
from pathlib import Path

import pillow_heif
from PIL import Image

_VIDEO = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=2"]
_AUDIO = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]
_MPEG4 = ["-c:v", "mpeg4", "-q:v", "5"]
_RECIPES: dict[str, list[str]] = {
    "mp4": [*_VIDEO, *_MPEG4],
    "mov": [*_VIDEO, *_MPEG4],
    "faststart.mp4": [*_VIDEO, *_MPEG4, "-movflags", "+faststart"],
    "fragmented.mp4": [*_VIDEO, *_MPEG4, "-movflags", "+frag_keyframe+empty_moov"],
    "mkv": [*_VIDEO, *_MPEG4],
    "live.mkv": [*_VIDEO, *_MPEG4, "-live", "1"],
    "webm": [*_VIDEO, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"],
    "avi": [*_VIDEO, *_MPEG4],
    "mp3": [*_AUDIO, "-b:a", "64k"],
    "m4a": [*_AUDIO, "-c:a", "aac"],
    "ogg": [*_AUDIO, "-c:a", "libvorbis"],
    "flac": [*_AUDIO, "-c:a", "flac"],
}


@cache
def noisy_picture(size: tuple[int, int] = (400, 300), mode: str = "RGB") -> Image.Image:
    """A picture whose bytes do not compress to nothing, so that cutting it cuts pixels."""
    chance = random.Random(3)
    small = Image.frombytes("RGB", (40, 30), bytes(chance.randrange(256) for _n in range(40 * 30 * 3)))
    return small.resize(size, Image.Resampling.BICUBIC).convert(mode)


def saved(picture: Image.Image, image_format: str, **options: object) -> bytes:
    """The picture's bytes in a format."""
    if image_format == "HEIF":
        pillow_heif.register_heif_opener()
    out = io.BytesIO()
    picture.save(out, image_format, **options)
    return out.getvalue()


def made_by_ffmpeg(kind: str, folder: Path) -> Path:
    """A two-second file of ``kind`` (see the recipes)."""
    path = folder / f"made.{kind}"
    subprocess.run(["ffmpeg", "-v", "error", "-y", *_RECIPES[kind], str(path)], check=True)
    return path


CONTAINERS = tuple(_RECIPES)
