"""HLS and DASH streams and plain videos, made by ffmpeg when a test needs them."""

import subprocess
from pathlib import Path

SOURCES = ("-f", "lavfi", "-i", "testsrc=size=320x180:rate=15", "-f", "lavfi", "-i", "sine=frequency=440")
CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "15", "-c:a", "aac", "-shortest")


def _ffmpeg(folder: Path, *arguments: str) -> None:
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", *arguments]
    subprocess.run(command, check=True, cwd=folder, timeout=120)


def hls(folder: Path, *, seconds: int = 4) -> Path:
    """An HLS stream of one-second segments in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    _ffmpeg(
        folder, *SOURCES, "-t", str(seconds), *CODECS, "-hls_time", "1", "-hls_list_size", "0", "-f", "hls", "list.m3u8"
    )
    return folder


def dash(folder: Path, *, seconds: int = 4) -> Path:
    """A DASH stream whose picture and sound are separate, and have to be merged."""
    folder.mkdir(parents=True, exist_ok=True)
    _ffmpeg(
        folder, *SOURCES, "-t", str(seconds), *CODECS,
        "-seg_duration", "1", "-adaptation_sets", "id=0,streams=v id=1,streams=a", "-f", "dash", "list.mpd",
    )  # fmt: skip
    return folder


def streams_in(file: Path) -> set[str]:
    """Which kinds of streams a finished file has (``video``, ``audio``, ``subtitle``)."""
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return set(done.stdout.split())


def duration_of(file: Path) -> float:
    """Seconds."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(file)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)
