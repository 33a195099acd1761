"""Moving files into the bin and out of it, and putting right what a crash left half done."""

import errno
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from downloads.bin.entries import BIN_FOLDER
from downloads.folders import folder
from downloads.models import BinEntry, BinState, StoredFile
from downloads.renaming import rename_without_overwriting
from downloads.sidecars.writing import move_sidecars
from mediadl.api.errors import NotFoundError
from mediadl.failpoints import reach
from mediadl.media import MediaError

RECOVERED_AT_ONCE = 500
log = structlog.get_logger("Downloads")


def settle_entries(entries: Iterable[BinEntry]) -> None:
    """Rename the files of committed entries into the bin; what a disk refuses now is tried again later."""
    moved: list[int] = []
    for root, group in _by_root(entries).items():
        reach("bin.before_rename")
        done = [entry.pk for entry in group if _move_in(root, entry)]
        reach("bin.after_rename")
        if done and _synced(root, [BIN_FOLDER]):
            moved += done
    reach("bin.before_settle")
    BinEntry.objects.filter(pk__in=moved, state=BinState.MOVING).update(state=BinState.HELD)


def recover_bin() -> int:
    """Settle what a crash left on its way, in or out; answers how many entries were looked at."""
    left = list(BinEntry.objects.exclude(state=BinState.HELD).select_related("root").order_by("pk")[:RECOVERED_AT_ONCE])
    settle_entries([entry for entry in left if entry.state == BinState.MOVING])
    for entry in left:
        if entry.state == BinState.RESTORING:
            put_back(entry)
    return len(left)


def has_unsettled() -> bool:
    """Whether something is on its way."""
    return BinEntry.objects.exclude(state=BinState.HELD).exists()


def move_out(entry: BinEntry) -> str:
    """Bring a held file to its old place, or one beside it that is free; answers where it lies now.

    The caller records it there with ``take_restored``, or gives it back with :func:`put_back`.

    Raises:
        FileNotFoundError: it is not in the bin (any more), or somebody else is restoring it.
        OSError, MediaError: the disk refuses.
    """
    root = Path(entry.root.path)
    *parents, name = entry.path.split("/")
    stem, dot, extension = name.rpartition(".")
    held = BinEntry.objects.filter(pk=entry.pk)
    state = BinState.HELD
    with folder(root, (BIN_FOLDER,)) as inside, folder(root, parents, create=True) as outside:
        for number in range(1, 1000):
            target = name if number == 1 else f"{stem}-{number}{dot}{extension}"
            path = "/".join((*parents, target))
            if not held.filter(state=state).update(state=BinState.RESTORING, restore_path=path):
                raise FileNotFoundError(errno.ENOENT, "The file is not in the bin any more.")
            state = BinState.RESTORING
            reach("bin.before_restore")
            try:
                rename_without_overwriting(inside, entry.bin_path.rsplit("/", 1)[-1], outside, target)
                move_sidecars(inside, entry.bin_path.rsplit("/", 1)[-1], outside, target)
            except FileExistsError:
                continue
            except OSError:
                held.filter(state=state).update(state=BinState.HELD, restore_path="")
                raise
            os.fsync(outside)
            entry.state, entry.restore_path = state, path
            reach("bin.after_restore")
            return path
    held.filter(state=state).update(state=BinState.HELD, restore_path="")
    raise FileExistsError(errno.EEXIST, "Too many files have this name already.")


def take_restored(entry: BinEntry) -> StoredFile:
    """Inside the caller's transaction: the entry ends, its file is stored again.

    Raises:
        NotFoundError: the restoration was taken for one that a crash had left, and undone.
    """
    mine = BinEntry.objects.filter(pk=entry.pk, state=BinState.RESTORING, restore_path=entry.restore_path)
    if not mine.delete()[0]:
        raise NotFoundError("This file is not in the recycle bin any more.")
    return StoredFile.objects.create(
        root=entry.root, path=entry.restore_path, sha256=entry.sha256, size=entry.size, created_at=entry.binned_at
    )


def put_back(entry: BinEntry) -> None:
    """A restoration did not come to its end: its file goes back into the bin."""
    root = Path(entry.root.path)
    *parents, name = entry.restore_path.split("/")
    bin_name = entry.bin_path.rsplit("/", 1)[-1]
    moved = False
    try:
        with folder(root, (BIN_FOLDER,), create=True) as inside:
            if not _is_there(inside, bin_name):
                if StoredFile.objects.filter(root_id=entry.root_id, path=entry.restore_path).exists():
                    return  # it came through after all
                with folder(root, parents) as outside:
                    rename_without_overwriting(outside, name, inside, bin_name)
                    move_sidecars(outside, name, inside, bin_name)
                    moved = True
                os.fsync(inside)
    except (OSError, MediaError) as error:
        log.warning("A file could not go back into the bin and is tried again", file=entry.filename, error=str(error))
        return
    mine = BinEntry.objects.filter(pk=entry.pk, state=BinState.RESTORING, restore_path=entry.restore_path)
    if not mine.update(state=BinState.HELD, restore_path="") and moved:
        with folder(root, (BIN_FOLDER,)) as inside, folder(root, parents, create=True) as outside:
            rename_without_overwriting(inside, bin_name, outside, name)  # the restoration came through after all
            move_sidecars(inside, bin_name, outside, name)


def _move_in(root: Path, entry: BinEntry) -> bool:
    """Whether the file lies in the bin now; an entry whose file is nowhere ends."""
    *parents, name = entry.path.split("/")
    bin_name = entry.bin_path.rsplit("/", 1)[-1]
    try:
        with folder(root, (BIN_FOLDER,), create=True) as inside:
            if _is_there(inside, bin_name):
                return True
            # Another run may have stored the same name again since the commit: then nothing is lost.
            if not StoredFile.objects.filter(root_id=entry.root_id, path=entry.path).exists():
                with folder(root, parents) as outside:
                    rename_without_overwriting(outside, name, inside, bin_name)
                    move_sidecars(outside, name, inside, bin_name)
                remove_empty_folders(root, parents)
                return True
    except FileNotFoundError:
        if not root.is_dir() or not any(root.iterdir()):
            return False  # its disk is away
    except MediaError:
        pass  # a link stands in the way: what is behind it is not ours
    except OSError as error:
        log.warning("A file could not move into the bin and is tried again", file=entry.filename, error=str(error))
        return False
    BinEntry.objects.filter(pk=entry.pk, state=BinState.MOVING).delete()
    return False


def remove_empty_folders(root: Path, parents: Sequence[str]) -> None:
    """Remove the innermost of these folders and its parents, as far as they are empty."""
    left = list(parents)
    with suppress(OSError, MediaError):
        while left:  # rmdir refuses a folder that is not empty
            with folder(root, left[:-1]) as outer:
                os.rmdir(left.pop(), dir_fd=outer)


def _is_there(inside: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=inside, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _synced(root: Path, parts: Sequence[str]) -> bool:
    try:
        with folder(root, parts) as inside:
            os.fsync(inside)
    except (OSError, MediaError):
        return False
    return True


def _by_root(entries: Iterable[BinEntry]) -> dict[Path, list[BinEntry]]:
    groups: dict[Path, list[BinEntry]] = {}
    for entry in entries:
        groups.setdefault(Path(entry.root.path), []).append(entry)
    return groups
