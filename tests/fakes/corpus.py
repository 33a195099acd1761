"""Real pictures, videos and sounds of every allowed format, made at test time and kept in a folder.

paths = make_corpus(folder)                       # some 50 files, made once
big = make_big_video(folder / "big.mp4", 300 * 1024 * 1024)
"""

import random
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pillow_heif
from PIL import Image, ImageDraw

from tests.fakes.big_video import make_big_video

__all__ = ["BROKEN", "make_big_video", "make_broken", "make_corpus", "picture"]

_READY = ".complete"
_ORIENTATION = 0x0112
_CAMERA = 0x0110


def picture(width: int = 320, height: int = 240, seed: int = 1) -> Image.Image:
    """A picture with areas, edges and noise, so that compression and comparison behave as with photos."""
    rng = random.Random(seed)
    noise = Image.frombytes("RGB", (40, 30), rng.randbytes(40 * 30 * 3)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    draw = ImageDraw.Draw(noise)
    for _ in range(12):
        left, top = rng.randrange(width), rng.randrange(height)
        box = (left, top, left + rng.randrange(10, width // 2), top + rng.randrange(10, height // 2))
        draw.ellipse(box, fill=tuple(rng.randbytes(3)), outline=tuple(rng.randbytes(3)), width=3)
    return noise


def make_corpus(folder: Path) -> list[Path]:
    """At least 40 files of different formats in ``folder``; those of an earlier call are used again."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / _READY).exists():
        for name, make in {**_pictures(), **_streams()}.items():
            make(folder / name)
        (folder / _READY).touch()
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _pictures() -> dict[str, Callable[[Path], None]]:
    plan: dict[str, Callable[[Path], None]] = {}

    def save(name: str, image: Callable[[], Image.Image], **options: object) -> None:
        plan[name] = lambda path: image().save(path, **options)

    for seed, (width, height) in enumerate([(640, 480), (1080, 1350), (1080, 1080), (320, 568), (800, 450)], start=1):
        save(f"photo-{seed}.jpg", lambda w=width, h=height, s=seed: picture(w, h, s), quality=85)
    save("progressive.jpg", lambda: picture(600, 400, 11), progressive=True, quality=80)
    save("optimised.jpg", lambda: picture(500, 500, 12), optimize=True, quality=95, subsampling=0)
    save("grey.jpg", lambda: picture(400, 300, 13).convert("L"))
    save("cmyk.jpg", lambda: picture(400, 300, 14).convert("CMYK"))
    for orientation in (3, 6, 8):
        plan[f"rotated-{orientation}.jpg"] = lambda path, o=orientation: _save_rotated(path, o)
    save("large.jpg", lambda: picture(2560, 1600, 15), quality=90)
    save("rgb.png", lambda: picture(400, 300, 21))
    save("alpha.png", lambda: _with_alpha(22))
    save("palette.png", lambda: picture(400, 300, 23).quantize(64))
    save("grey16.png", lambda: picture(200, 150, 24).convert("I;16"))
    save("one-bit.png", lambda: picture(200, 150, 25).convert("1"))
    save("interlaced-like.png", lambda: picture(640, 640, 26), compress_level=9)
    save("still.gif", lambda: picture(300, 200, 31).quantize(128))
    plan["animated.gif"] = lambda path: _save_animated(path, 32)
    save("lossy.webp", lambda: picture(500, 400, 41), quality=75)
    save("lossless.webp", lambda: picture(300, 300, 42), lossless=True)
    save("alpha.webp", lambda: _with_alpha(43))
    plan["animated.webp"] = lambda path: _save_animated(path, 44)
    save("photo.avif", lambda: picture(480, 360, 51), quality=60)
    save("small.avif", lambda: picture(160, 120, 52), quality=80)
    plan["phone.heic"] = lambda path: _save_heic(path, 53)
    plan["portrait.heic"] = lambda path: _save_heic(path, 54)
    return plan


def _streams() -> dict[str, Callable[[Path], None]]:
    video = ["-f", "lavfi", "-i", "testsrc2=duration=1:size=320x240:rate=25"]
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]
    h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast"]
    plans = {
        "h264.mp4": [*video, *h264],
        "h264-aac.mp4": [*video, *tone, *h264, "-c:a", "aac", "-shortest"],
        "faststart.mp4": [*video, *h264, "-movflags", "+faststart"],
        "fragmented.mp4": [*video, *h264, "-movflags", "+frag_keyframe+empty_moov"],
        "portrait.mp4": ["-f", "lavfi", "-i", "testsrc=duration=1:size=180x320:rate=25", *h264],
        "hevc.mp4": [
            *video,
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-x265-params",
            "log-level=none",
            "-tag:v",
            "hvc1",
        ],
        "camera.mov": [*video, *h264, "-f", "mov"],
        "vp8.webm": [*video, "-c:v", "libvpx", "-b:v", "300k", "-deadline", "realtime"],
        "vp9-opus.webm": [
            *video,
            *tone,
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-c:a",
            "libopus",
        ],
        "h264.mkv": [*video, *h264],
        "mpeg4.avi": [*video, "-c:v", "mpeg4"],
        "mjpeg.avi": [*video, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
        "tone.mp3": [*tone, "-c:a", "libmp3lame"],
        "untagged.mp3": [*tone, "-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0"],
        "tone.m4a": [*tone, "-c:a", "aac"],
        "vorbis.ogg": [*tone, "-c:a", "libvorbis"],
        "opus.ogg": [*tone, "-c:a", "libopus"],
        "tone.flac": [*tone, "-c:a", "flac"],
    }
    return {name: lambda path, arguments=arguments: ffmpeg(*arguments, str(path)) for name, arguments in plans.items()}


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg; its own words are in the error if it fails."""
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"ffmpeg failed: {done.stderr[-2000:]}")


def _save_rotated(path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[_CAMERA] = "Test camera"
    picture(480, 320, 60 + orientation).save(path, exif=exif, quality=85)


def _with_alpha(seed: int) -> Image.Image:
    image = picture(300, 300, seed).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((300, 300)))
    return image


def _save_animated(path: Path, seed: int) -> None:
    frames = [picture(160, 120, seed + number) for number in range(5)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=80, loop=0)


def _save_heic(path: Path, seed: int) -> None:
    pillow_heif.from_pillow(picture(480, 360, seed)).save(path, quality=60)


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def _bomb(side: int) -> bytes:
    """A PNG of ``side`` x ``side`` black pixels in some 100 KB."""
    row = bytes(1 + (side + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row * 1000) for _ in range(side // 1000)) + packer.flush()
    parts = (b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", pixels), (b"IEND", b"")
    chunks = (struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


BROKEN: dict[str, str] = {
    "cut-60.jpg": "photo-1.jpg",
    "cut-50.png": "rgb.png",
    "cut-70.mp4": "h264.mp4",
    "cut-50.webp": "lossy.webp",
    "cut-50.gif": "animated.gif",
    "cut-60.heic": "phone.heic",
    "cut-60.avif": "photo.avif",
    "cut-50.webm": "vp8.webm",
}


def make_broken(folder: Path, corpus: Path) -> list[Path]:
    """Truncated files, an HTML page and a JSON error under media names, an empty file, a bomb, an SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, whole in BROKEN.items():
        share = int(name.partition("-")[2].partition(".")[0]) / 100
        (folder / name).write_bytes(_cut((corpus / whole).read_bytes(), share))
    login = (
        b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Log in to see this</form></body></html>"
    )
    (folder / "login.jpg").write_bytes(login)
    (folder / "error.mp4").write_bytes(b'{"error": "expired"}')
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "pixel.gif").write_bytes(
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
        b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    )
    (folder / "script.svg").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    (folder / "polyglot.gif").write_bytes(b"GIF89a/*<html><script>alert(1)</script>*/=1;")
    (folder / "bomb.png").write_bytes(_bomb(30_000))
    return sorted(folder.iterdir())
