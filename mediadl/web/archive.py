"""A ZIP archive of stored files, made while it is being sent."""

import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from django.http import StreamingHttpResponse

from mediadl.web.files import PART_BYTES, disposition, open_regular_file

MISSING_NAME = "missing-files.txt"
_EARLIEST_YEAR, _LATEST_YEAR = 1980, 2107  # what a ZIP entry's date can hold


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A file to be packed: where it lies (below ``root`` if given) and its name in the archive."""

    path: Path
    name: str
    root: Path | None = None


class ArchiveResponse(StreamingHttpResponse):
    """A ZIP (without compression: media is compressed already) of any number and size of files.

    One part at a time is in memory. A file that is gone by the time its turn comes is named in a
    text file at the archive's end, since the answer's status has long been sent.
    """

    def __init__(self, entries: Iterable[ArchiveEntry], *, filename: str) -> None:
        super().__init__(zip_parts(entries), content_type="application/zip")
        self.headers["Content-Disposition"] = disposition(filename, attachment=True)
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Content-Type-Options"] = "nosniff"


def zip_parts(entries: Iterable[ArchiveEntry]) -> Iterator[bytes]:
    """The archive's bytes, in parts of about 256 KiB."""
    sink = _Sink()
    missing: list[str] = []
    taken: set[str] = {MISSING_NAME}
    with zipfile.ZipFile(cast("Any", sink), "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for entry in entries:
            try:
                descriptor = open_regular_file(entry.path, root=entry.root)
            except OSError:
                missing.append(entry.name)
                continue
            with os.fdopen(descriptor, "rb", buffering=0) as source:
                info = _entry_info(_free_name(entry.name, taken), os.fstat(descriptor))
                with archive.open(info, "w", force_zip64=info.file_size >= zipfile.ZIP64_LIMIT // 2) as target:
                    while part := source.read(PART_BYTES):
                        target.write(part)
                        yield sink.take()
            yield sink.take()
        if missing:
            archive.writestr(MISSING_NAME, "These files are no longer there:\n" + "\n".join(missing) + "\n")
    yield sink.take()


class _Sink:
    """What zipfile writes to: it cannot be sought in, and is emptied after each part."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _entry_info(name: str, facts: os.stat_result) -> zipfile.ZipInfo:
    moment = datetime.fromtimestamp(facts.st_mtime, UTC)
    year = min(max(moment.year, _EARLIEST_YEAR), _LATEST_YEAR)
    info = zipfile.ZipInfo(name, (year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    info.external_attr = 0o644 << 16
    info.file_size = facts.st_size
    return info


def _free_name(name: str, taken: set[str]) -> str:
    """``name`` as a safe relative path, with ``-2`` and so on where another file took it."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    wanted = "/".join(parts) or "file"
    stem, dot, extension = wanted.rpartition(".")
    free, number = wanted, 1
    while free in taken:
        number += 1
        free = f"{stem}-{number}{dot}{extension}" if dot and "/" not in extension else f"{wanted}-{number}"
    taken.add(free)
    return free
