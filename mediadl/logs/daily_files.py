"""The daily files ``media_downloader_YYYYMMDD.log``: one JSON line a record, days in UTC."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

from mediadl.logs.records import LogRecord

_NAME = re.compile(r"media_downloader_(\d{8})\.log")


@dataclass(frozen=True, slots=True)
class DailyFile:
    """One day's file."""

    day: date
    path: Path
    size: int


def path_of(folder: Path, day: date) -> Path:
    """Where the lines of ``day`` are."""
    return folder / f"media_downloader_{day:%Y%m%d}.log"


def append(folder: Path, records: Iterable[LogRecord]) -> None:
    """Add lines, each in the file of its own day.

    Several processes write to one file: each write is one call with whole lines on a descriptor
    opened for appending, which the kernel does not mix with another's.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for day, lines in groupby(records, key=lambda record: record.timestamp.astimezone(UTC).date()):
        data = b"".join(record.as_json_line() for record in lines)
        descriptor = os.open(path_of(folder, day), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while data:
                data = data[os.write(descriptor, data) :]
        finally:
            os.close(descriptor)


def daily_files(folder: Path) -> Iterator[DailyFile]:
    """All files there are, oldest first."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match and path.is_file() and not path.is_symlink():
            try:
                day = datetime.strptime(match[1], "%Y%m%d").replace(tzinfo=UTC).date()
            except ValueError:
                continue  # eight digits that are no day
            yield DailyFile(day, path, path.stat().st_size)


def delete_before(folder: Path, first_kept: date) -> tuple[int, int]:
    """Delete the files of days before ``first_kept``; returns how many, and their bytes."""
    deleted = [file for file in daily_files(folder) if file.day < first_kept]
    for file in deleted:
        file.path.unlink(missing_ok=True)
    return len(deleted), sum(file.size for file in deleted)
