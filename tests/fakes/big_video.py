"""Large MP4 files that are quick to make and that every check of structure accepts."""

import random
import struct
import subprocess
from pathlib import Path

_BLOCK = 1024 * 1024
_HEADER_BYTES = 16


def make_big_video(path: Path, size: int, *, seed: int = 1) -> Path:
    """A playable MP4 of exactly ``size`` bytes: a second of video, then a ``free`` box of noise.

    The noise differs at every offset, so that bytes in the wrong place show. Made again only if the
    file is not there with that size.

    Raises:
        ValueError: ``size`` is too small for the video (some 100 KB do).
    """
    if path.exists() and path.stat().st_size == size:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=duration=1:size=320x240:rate=25",
    ]
    encoder = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-movflags", "+faststart"]
    subprocess.run([*command, *encoder, str(path)], check=True, timeout=60)
    missing = size - path.stat().st_size
    if missing < _HEADER_BYTES:
        raise ValueError(f"{size} bytes are too few for a video")
    noise = random.Random(seed)
    with path.open("ab") as file:
        file.write(struct.pack(">I4sQ", 1, b"free", missing))
        left = missing - _HEADER_BYTES
        for start in range(0, left, _BLOCK):
            file.write(noise.randbytes(min(_BLOCK, left - start)))
    return path
