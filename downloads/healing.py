"""What a crash left between renaming a file and committing its record is put right at start."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from downloads.bin.moving import recover_bin
from downloads.folders import folder
from downloads.journals import Journal, JournalEntry, abandoned_journals, read_entries
from downloads.media_root import current_root, root_id
from downloads.models import MediaRoot, StoredFile
from downloads.naming import file_name, numbered_name
from downloads.partial import remove_stale_partials
from downloads.recording import record_files
from downloads.same_bytes import named_file_has_bytes
from downloads.store_requests import PlacedFile, Placement
from mediadl.failpoints import reach
from mediadl.media import MediaError

_MOST_NUMBERS = 20  # of a name that a crash may have left


@dataclass(frozen=True, slots=True)
class HealReport:
    """What was found: files recorded that a crash left without a record, partial files removed."""

    adopted_files: int
    removed_partials: int


def heal(*, needed_keys: Collection[str]) -> HealReport:
    """Adopt orphan files of processes that are gone, and remove partial files that nobody needs.

    Args:
        needed_keys: the partial keys (``partial_key``) that queue items may still resume. Files
            that a living process holds are left alone, whoever needs them.
    """
    recover_bin()
    adopted = removed = 0
    roots = {Path(path) for path in MediaRoot.objects.values_list("path", flat=True)} | {current_root()}
    for root in sorted(roots):
        for journal in abandoned_journals(root):
            try:
                adopted += _adopt(root, journal)
                journal.remove()
            finally:
                journal.close()
        removed += remove_stale_partials(root, needed_keys)
    return HealReport(adopted, removed)


def _adopt(root: Path, journal: Journal) -> int:
    """Record what the journal's owner had placed and not recorded."""
    orphans = [orphan for entry in read_entries(journal) if (orphan := _orphan(root, entry))]
    if not orphans:
        return 0
    reach("store.before_heal")
    with transaction.atomic():
        record_files(orphans)
    return len(orphans)


def _orphan(root: Path, entry: JournalEntry) -> PlacedFile | None:
    """The entry's file, if it is at its place without a record."""
    row = entry.row
    parents = entry.folder.split("/")
    try:
        with folder(root, parents) as inside:
            for number in range(1, _MOST_NUMBERS):
                name = _name(entry, number)
                path = "/".join((*parents, name))
                if not named_file_has_bytes(inside, name, row.size, row.sha256):
                    continue
                if StoredFile.objects.filter(root__path=str(root), path=path).exists():
                    return None  # the commit came through after all
                _sync_folders(root, parents)
                partial = root / ".partial" / entry.partial
                return PlacedFile(row, root, root_id(root), path, Placement.RENAMED, partial)
    except (OSError, MediaError):
        return None
    return None


def _sync_folders(root: Path, parents: list[str]) -> None:
    """The crash may have come before the name, or a new folder's own, was on the disk: no record before it."""
    for depth in range(len(parents), -1, -1):
        with folder(root, parents[:depth]) as inside:
            os.fsync(inside)


def _name(entry: JournalEntry, number: int) -> str:
    if entry.stem:
        return numbered_name(entry.stem, entry.whole, entry.extension, number)
    return file_name(
        source=entry.row.source,
        moment=entry.moment,
        media_id=entry.row.media_id,
        extension=entry.extension,
        number=number,
    )
