"""Taking a placed file away again, when it will not be recorded."""

import os
from collections.abc import Sequence
from contextlib import suppress

from downloads.folders import folder
from downloads.renaming import rename_without_overwriting
from downloads.store_requests import PlacedFile, Placement


def withdraw_files(placed: Sequence[PlacedFile]) -> None:
    """Undo ``place_files`` for files that will not be recorded.

    Bytes that were renamed go back to their partial file; a link to stored bytes only goes.
    """
    for file in placed:
        if file.placement in (Placement.RENAMED, Placement.LINKED):
            *parents, name = file.path.split("/")
            with folder(file.root, parents) as inside, folder(file.root, (file.partial.parent.name,)) as back:
                undo_placement(file.placement, inside, name, back, file.partial.name)
        if file.journal:
            file.journal.settle()


def undo_placement(placement: Placement, inside: int, name: str, back: int, partial: str) -> None:
    """Take one file away from its place; both folders are open descriptors."""
    with suppress(FileNotFoundError):
        if placement is Placement.LINKED:
            os.unlink(name, dir_fd=inside)
        elif placement is Placement.RENAMED:
            try:
                rename_without_overwriting(inside, name, back, partial)
            except FileExistsError:  # somebody began again meanwhile
                os.unlink(name, dir_fd=inside)
