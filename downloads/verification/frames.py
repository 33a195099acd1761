"""A picture of a video by ffmpeg, which may read that one file and nothing else."""

import ctypes
import shutil
import signal
import subprocess
from pathlib import Path

from downloads.verification.media import THUMBNAIL_PIXELS, VerifiedMedia
from downloads.verification.thumbnail_files import write_whole
from mediadl.media import MediaType

_SECONDS = 15  # for one frame
_LATEST_START_SECONDS = 3.0
_MAX_FRAME_BYTES = 2 * 1024 * 1024
_DEMUXERS = {"mp4": "mov", "mov": "mov", "webm": "matroska", "mkv": "matroska", "avi": "avi", "ogg": "ogg"}
_PR_SET_PDEATHSIG = 1
_SCALE = (
    f"scale=w='min({THUMBNAIL_PIXELS},iw)':h='min({THUMBNAIL_PIXELS},ih)'"
    ":force_original_aspect_ratio=decrease,format=yuvj420p"
)


def write_frame(video: Path, verified: VerifiedMedia, thumbnail: Path) -> bool:
    """Write a frame from the video's beginning to ``thumbnail``; False where there is none to get."""
    program = shutil.which("ffmpeg")
    demuxer = _DEMUXERS.get(verified.extension)
    if program is None or demuxer is None or verified.media_type is not MediaType.VIDEO:
        return False
    start = min((verified.duration_seconds or 0.0) / 10, _LATEST_START_SECONDS)
    for seconds in dict.fromkeys((start, 0.0)):
        frame = _frame(program, demuxer, video, seconds)
        if frame:
            write_whole(thumbnail, frame)
            return True
    return False


def _frame(program: str, demuxer: str, video: Path, seconds: float) -> bytes:
    command = [
        *(program, "-v", "quiet", "-nostdin", "-threads", "1", "-protocol_whitelist", "file", "-f", demuxer),
        *("-ss", f"{seconds:.3f}", "-i", f"file:{video}", "-frames:v", "1", "-an", "-sn", "-dn"),
        *("-filter_threads", "1", "-vf", _SCALE, "-c:v", "mjpeg", "-q:v", "4", "-f", "image2pipe", "pipe:1"),
    ]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            preexec_fn=_die_with_parent,
        )
    except (subprocess.TimeoutExpired, OSError):
        return b""
    frame = done.stdout
    whole = frame.startswith(b"\xff\xd8") and frame.rstrip(b"\0").endswith(b"\xff\xd9")
    return frame if whole and len(frame) <= _MAX_FRAME_BYTES else b""


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
