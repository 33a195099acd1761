"""One adoption from its beginning, or from where it stopped, in small steps."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from downloads.adoption.carrying_out import carry_out, known_entries
from downloads.adoption.deciding import Decision, decide
from downloads.adoption.entry_index import EntryIndex, index_of
from downloads.adoption.models import AdoptedEntry
from downloads.adoption.request import AdoptionRequest, library_root_of
from downloads.adoption.scanning import FoundFile, files_below
from downloads.verification import Verifier
from mediadl import clock

FILES_AT_ONCE = 64  # recorded in one transaction
ENTRIES_AT_ONCE = 2000
FOR_EVER = float("inf")


@dataclass(slots=True)
class Progress:
    """How far it is; the counts are of files by what happened to them, and of entries.

    Attributes:
        position: the last file that was looked at.
    """

    position: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    finished: bool = False


def advance(
    request: AdoptionRequest,
    progress: Progress,
    *,
    dry_run: bool,
    tell: Callable[[Decision], None],
    seconds: float = FOR_EVER,
) -> Progress:
    """Work for some seconds; call again with the answer until it is ``finished``. Repeating a step is harmless.

    Raises:
        UnreadableArchiveError: an archive cannot be read.
    """
    until = time.monotonic() + seconds
    index = index_of(request.archives)
    if not progress.position:
        _adopt_entries(index, request, progress, dry_run=dry_run)
    if request.folder is None:
        progress.finished = True
        return progress
    root = library_root_of(request.folder)
    verifier = Verifier()
    try:
        for files in _batches(request.folder, progress.position):
            decisions = decide(files, request, root, index, verifier, dry=dry_run)
            if not dry_run:
                carry_out(decisions, request, root)
            for one in decisions:
                progress.counts[one.what.value] += 1
                progress.counts["bytes"] += one.file.size if one.what == "adopt" else 0
                progress.counts["with_entry"] += bool(one.entries)
                tell(one)
            progress.position = files[-1].path
            if time.monotonic() >= until:
                return progress
    finally:
        verifier.close()
    progress.finished = True
    return progress


def _batches(folder: Path, after: str) -> Iterator[list[FoundFile]]:
    files = files_below(folder, after=after)
    while batch := list(itertools.islice(files, FILES_AT_ONCE)):
        yield batch


def _adopt_entries(index: EntryIndex, request: AdoptionRequest, progress: Progress, *, dry_run: bool) -> None:
    """All entries, with a file or without: what they stand for is not fetched again."""
    progress.counts["entries"] = len(index.entries)
    progress.counts["new_entries"] = 0
    for start in range(0, len(index.entries), ENTRIES_AT_ONCE):
        some = index.entries[start : start + ENTRIES_AT_ONCE]
        known = known_entries(some)
        new = [one for one in some if (one.program, one.entry) not in known]
        progress.counts["new_entries"] += len(new)
        if not dry_run and new:
            now = clock.now()
            with transaction.atomic():
                AdoptedEntry.objects.bulk_create(
                    (
                        AdoptedEntry(
                            program=one.program, entry=one.entry, match=one.match, source=request.source, adopted_at=now
                        )
                        for one in new
                    ),
                    ignore_conflicts=True,
                )
