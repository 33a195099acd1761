"""What the installation needs of its machine: room on the disks, and two programs."""

import shutil
from pathlib import Path

from django.conf import settings

from downloads.media_root import current_root
from mediadl.configuration.selectors import value
from mediadl.operations.doctor.findings import Finding
from platforms.browser.installed import browser_path

DATA_FLOOR_MB = 50  # below it the database and the logs soon cannot grow
_MEBIBYTE = 1024 * 1024


def check_machine() -> tuple[str, list[Finding]]:
    """Free space where the data and the media are, and the programs that are run."""
    floors = {Path(settings.DATA_DIR): DATA_FLOOR_MB}
    media = current_root()
    floors[media] = max(floors.get(media, 0), int(value("general.free_space_floor_mb")))
    short = [line for folder, floor in floors.items() if (line := _shortage(folder, floor))]
    programs = {"ffmpeg": shutil.which("ffmpeg"), "Chromium": browser_path()}
    found = []
    if short:
        advice = "Free some space; what waits in the queue goes on by itself."
        found.append(Finding("There is not enough room on the disk", short, advice))
    if not programs["ffmpeg"]:
        advice = "Install ffmpeg and start `mediadl serve` again."
        found.append(Finding("ffmpeg is not on PATH: videos get no thumbnails", advice=advice, is_harmless=True))
    return "Machine: " + ", ".join(f"{name} {path or 'missing'}" for name, path in programs.items()), found


def _shortage(folder: Path, floor_mb: int) -> str:
    try:
        free_mb = shutil.disk_usage(folder).free // _MEBIBYTE
    except OSError as error:
        return f"{folder} cannot be looked at: {error.strerror}"
    return f"{folder}: {free_mb} MB free, {floor_mb} MB must stay free" if free_mb < floor_mb else ""
