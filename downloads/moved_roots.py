"""Media folders that lie somewhere else than their records say: the data folder was moved, or restored elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery

from downloads.file_presence import is_present
from downloads.media_root import current_root, is_bare, root_id
from downloads.models import BinEntry, Download, MediaRoot, StoredFile

# A folder that holds fewer of the recorded files is not the one that was moved.
SHARE_THAT_MUST_BE_THERE = 0.5


@dataclass(frozen=True, slots=True)
class MovedRoot:
    """Recorded files that are in another folder.

    Attributes:
        recorded: the folder of the records, which is gone.
        folder: where the files are.
        found: how many of them, with the same name and size.
        total: how many are recorded.
    """

    recorded: MediaRoot
    folder: Path
    found: int
    total: int


def moved_roots() -> list[MovedRoot]:
    """The media folders that are gone, and whose files are where this installation may keep some."""
    gone = [row for row in MediaRoot.objects.order_by("path") if _is_gone(Path(row.path))]
    return [moved for row in gone if (moved := _found_elsewhere(row)) is not None]


def take_moved_root(moved: MovedRoot) -> int:
    """Let the records say where their files are; returns how many files' rows changed.

    A name that was recorded in the new folder meanwhile stays as it is there: what shared its bytes
    points to that one, other bytes keep their old place.
    """
    with transaction.atomic():
        old = MediaRoot.objects.select_for_update().get(pk=moved.recorded.pk)
        new = MediaRoot.objects.get(pk=root_id(moved.folder))
        _share_equal_files(old, new)
        taken = StoredFile.objects.filter(root=new).values("path")
        changed = StoredFile.objects.filter(root=old).exclude(path__in=taken).update(root=new)
        binned = BinEntry.objects.filter(root=new).values("bin_path")
        BinEntry.objects.filter(root=old).exclude(bin_path__in=binned).update(root=new)
        if not old.storedfile_set.exists() and not old.binentry_set.exists():
            old.delete()
    return changed


def _share_equal_files(old: MediaRoot, new: MediaRoot) -> None:
    """Point the downloads of doubly recorded names to the row in the new folder."""
    there = StoredFile.objects.filter(root=new, path=OuterRef("path"), sha256=OuterRef("sha256")).values("pk")
    for file in StoredFile.objects.filter(root=old).annotate(twin=Subquery(there)).filter(twin__isnull=False):
        Download.objects.filter(file=file).update(file_id=file.twin)
        file.delete()


def _is_gone(root: Path) -> bool:
    try:
        return is_bare(root)
    except NotADirectoryError:
        return True
    except OSError:
        return False  # it is there, and says something else


def _found_elsewhere(row: MediaRoot) -> MovedRoot | None:
    files = StoredFile.objects.filter(root=row)
    total = files.count()
    for folder in _candidates(Path(row.path)) if total else ():
        wanted = files.values_list("path", "size").iterator()
        found = sum(is_present(str(folder), path, size) for path, size in wanted)
        if found > total * SHARE_THAT_MUST_BE_THERE:
            return MovedRoot(row, folder, found, total)
    return None


def _candidates(root: Path) -> Iterator[Path]:
    """Where the folder may have gone: today's download folder, or its own name below a folder that is ours."""
    parents = [Path(settings.DATA_DIR), *settings.ENVIRONMENT.media_roots]
    for folder in dict.fromkeys([current_root(), *(parent / root.name for parent in parents), *parents]):
        if folder != root and folder.is_dir():
            yield folder
