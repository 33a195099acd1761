"""The files of one media root on their way to their places."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from downloads.folders import disk_error, open_folder
from downloads.journals import Journal, JournalEntry, open_journal
from downloads.media_root import root_id
from downloads.naming import moment_in_range, numbered_name
from downloads.partial import PARTIAL_FOLDER, remove_side_file
from downloads.path_template import FilePlace
from downloads.renaming import rename_without_overwriting
from downloads.same_bytes import StoredCopy, link_copy, named_file_has_bytes, stored_copies
from downloads.store_requests import PlacedFile, Placement, StoredRow, StoreRequest
from downloads.syncing import sync_all
from downloads.undoing import undo_placement
from mediadl.failpoints import reach
from mediadl.media import FailureKind, MediaError

_MOST_NUMBERS = 1000  # of one name; a site with more different files under one id and second is broken


@dataclass(slots=True)
class Move:
    """One file on its way; ``is_twin``: its media item is stored already, nothing is placed."""

    request: StoreRequest
    row: StoredRow
    root: Path
    place: FilePlace
    moment: datetime
    is_twin: bool = False
    descriptor: int = -1
    result: PlacedFile | MediaError | None = None

    def answer(self) -> PlacedFile | MediaError:
        """What became of it."""
        return self.result or MediaError(FailureKind.DISK, "DISK_ERROR", "The file could not be placed.")

    def name(self, number: int) -> str:
        """Its file name, with ``-2`` and so on."""
        return numbered_name(self.place.stem, self.place.whole, self.request.verified.extension, number)

    @property
    def parents(self) -> tuple[str, ...]:
        """Its folders below the root."""
        return self.place.parents


@dataclass(slots=True)
class PlacingGroup:
    """Files of one root that share their syncs and one journal."""

    root: Path
    moves: list[Move]
    root_id: int = 0
    journal: Journal | None = None
    folders: dict[tuple[str, ...], int] = field(default_factory=dict)
    changed: set[tuple[str, ...]] = field(default_factory=set)

    def place(self) -> None:
        """Place all; each move gets its result. Raises only what is nobody's disk, after undoing all."""
        if not self.moves:
            return
        self.root_id = root_id(self.root)
        try:
            self._open_all()
            self._sync_files()
            copies = stored_copies([move.row.sha256 for move in self.moves])
            for move in self.moves:
                if move.result is None:
                    self._place_one(move, copies)
            reach("store.after_rename")
            self._sync_folders()
            self._remove_partials()
        except BaseException:
            self._undo()
            raise
        finally:
            self._close()
        if self.journal:
            self.journal.settle(sum(isinstance(move.result, MediaError) for move in self.moves if move.descriptor >= 0))

    def _folder(self, parents: tuple[str, ...]) -> int:
        if parents not in self.folders:
            descriptor, made = open_folder(self.root, parents, create=True)
            self.folders[parents] = descriptor
            for parent in made:  # a new folder's own entry must be synced too
                changed = tuple(filter(None, parent.split("/")))
                self._folder(changed)
                self.changed.add(changed)
        return self.folders[parents]

    def _open_all(self) -> None:
        for move in self.moves:
            try:
                inside = self._folder((PARTIAL_FOLDER,))
                name = move.request.partial.name
                move.descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inside)
                stamp = moment_in_range(move.moment).timestamp()
                os.utime(move.descriptor, (stamp, stamp))
            except OSError as error:
                move.result = disk_error(error, "the partial file")
            except MediaError as error:
                move.result = error

    def _sync_files(self) -> None:
        opened = [move for move in self.moves if move.descriptor >= 0]
        if not opened:
            return
        entries = [
            JournalEntry(
                move.row,
                "/".join(move.parents),
                move.moment,
                move.request.verified.extension,
                move.request.partial.name,
                move.place.stem,
                move.place.whole,
            )
            for move in opened
        ]
        try:
            self.journal = open_journal(self.root, entries)
        except OSError as error:
            for move in opened:
                move.result = disk_error(error, "the journal of new files")
            return
        reach("store.before_sync")
        journal_error, *errors = sync_all([self.journal.descriptor, *(move.descriptor for move in opened)])
        for move, file_error in zip(opened, errors, strict=True):
            if problem := file_error or journal_error:
                move.result = disk_error(problem, "syncing a file")

    def _place_one(self, move: Move, copies: dict[str, list[StoredCopy]]) -> None:
        try:
            reach("store.before_rename")
            same = next((copy for copy in copies.get(move.row.sha256, ()) if copy.root == self.root), None)
            move.result = self._linked(move, same) if same else self._renamed(move)
            if not same:
                copies.setdefault(move.row.sha256, []).append(StoredCopy(self.root, move.result.path))
        except MediaError as error:
            move.result = error
        except OSError as error:
            move.result = disk_error(error, "a new file")

    def _renamed(self, move: Move) -> PlacedFile:
        inside, target = self._folder((PARTIAL_FOLDER,)), self._folder(move.parents)
        for number in range(1, _MOST_NUMBERS):
            name = move.name(number)
            try:
                rename_without_overwriting(inside, move.request.partial.name, target, name)
            except FileExistsError:
                if named_file_has_bytes(target, name, move.row.size, move.row.sha256):
                    return self._placed(move, name, Placement.SHARED)  # left by a crash: adopted
            else:
                return self._placed(move, name, Placement.RENAMED)
        raise _no_name()

    def _linked(self, move: Move, same: StoredCopy) -> PlacedFile:
        target = self._folder(move.parents)
        for number in range(1, _MOST_NUMBERS):
            name = move.name(number)
            try:
                if not link_copy(same, target, name):
                    return self._at_the_same_path(move, same)
            except FileExistsError:
                if named_file_has_bytes(target, name, move.row.size, move.row.sha256):
                    return self._placed(move, name, Placement.SHARED, same)
            else:
                return self._placed(move, name, Placement.LINKED, same)
        raise _no_name()

    def _at_the_same_path(self, move: Move, same: StoredCopy) -> PlacedFile:
        *parents, name = same.path.split("/")
        return self._placed(move, name, Placement.SHARED, same, parents=tuple(parents))

    def _placed(
        self,
        move: Move,
        name: str,
        placement: Placement,
        same: StoredCopy | None = None,
        parents: tuple[str, ...] | None = None,
    ) -> PlacedFile:
        inside = move.parents if parents is None else parents
        self.changed.add(inside)
        return PlacedFile(
            row=move.row,
            root=self.root,
            root_id=self.root_id,
            path="/".join((*inside, name)),
            placement=placement,
            partial=move.request.partial,
            same_bytes_as=same.path.rsplit("/", 1)[-1] if same else "",
            journal=self.journal,
        )

    def _sync_folders(self) -> None:
        changed = sorted(self.changed | ({(PARTIAL_FOLDER,)} if self.changed else set()))
        errors = sync_all([self._folder(parents) for parents in changed])
        failed = {parents: error for parents, error in zip(changed, errors, strict=True) if error}
        for move in self.moves:
            if isinstance(move.result, PlacedFile) and (error := failed.get(tuple(move.result.path.split("/")[:-1]))):
                self._undo_one(move)
                move.result = disk_error(error, "syncing a folder")

    def _remove_partials(self) -> None:
        """Of links and adopted files the partial file is still there; of all, its side file is."""
        inside = self._folder((PARTIAL_FOLDER,)) if self.moves else -1
        for move in self.moves:
            if not isinstance(move.result, PlacedFile):
                continue
            if move.result.placement is not Placement.RENAMED:
                os.unlink(move.request.partial.name, dir_fd=inside)
            remove_side_file(move.request.partial, inside)

    def _undo(self) -> None:
        for move in self.moves:
            self._undo_one(move)
        if self.journal:
            self.journal.remove()

    def _undo_one(self, move: Move) -> None:
        if isinstance(move.result, PlacedFile):
            inside, back = self._folder(move.parents), self._folder((PARTIAL_FOLDER,))
            undo_placement(move.result.placement, inside, move.result.filename, back, move.request.partial.name)

    def _close(self) -> None:
        for descriptor in (*self.folders.values(), *(move.descriptor for move in self.moves if move.descriptor >= 0)):
            os.close(descriptor)
        self.folders.clear()


def _no_name() -> MediaError:
    return MediaError(FailureKind.REFUSED, "NAME_TAKEN", "Too many different files have this name already.")
