"""Putting files into the bin: the row is written in the transaction that ends the file's record."""

import uuid
from collections.abc import Mapping, Sequence

from downloads.bin.snapshots import snapshot_of
from downloads.models import BinEntry, BinReason, BinState, Download, StoredFile
from downloads.naming import safe_part
from mediadl import clock
from mediadl.configuration.selectors import value

BIN_FOLDER = ".recycled"
_NAME_CHARACTERS = 60  # of the old name, for a person who looks into the folder


def retention_days() -> int:
    """How long a file stays in the bin; 0 means that there is no bin."""
    return int(value("general.recycle_bin_days"))


def put_in_bin(
    files: Mapping[StoredFile, Sequence[Download]],
    *,
    reason: BinReason,
    lives_on: Download | None = None,
) -> list[BinEntry]:
    """Write the rows of ``files`` (with their ``root``) inside the caller's transaction.

    The caller deletes the files' rows, and calls ``settle_entries`` after its commit.

    Args:
        files: each file with the downloads whose it was, as they were.
        lives_on: the download that goes on with another file.
    """
    now = clock.now()
    return BinEntry.objects.bulk_create(
        BinEntry(
            root=file.root,
            path=file.path,
            bin_path=_bin_path(file.path),
            filename=file.path.rsplit("/", 1)[-1],
            sha256=file.sha256,
            size=file.size,
            reason=reason,
            state=BinState.MOVING,
            binned_at=now,
            platform=downloads[0].platform if downloads else "",
            source=downloads[0].source if downloads else "",
            media_type=downloads[0].media_type if downloads else "",
            download=lives_on,
            record={"downloads": [snapshot_of(download) for download in downloads]},
        )
        for file, downloads in files.items()
    )


def _bin_path(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    stem, dot, extension = name.rpartition(".")
    readable = f"{(stem or name)[:_NAME_CHARACTERS]}{dot}{extension if dot else ''}"
    return f"{BIN_FOLDER}/{uuid.uuid4().hex}-{safe_part(readable)}"
