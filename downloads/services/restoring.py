"""Restoring from the recycle bin, whatever brought the file there."""

from typing import Any

from downloads.bin.restoring import held_entry, restore_entry
from downloads.models import BinReason, UpgradeCase, UpgradeStatus
from downloads.upgrade.undoing import undo_replacement


def restore(*, entry_id: int, user: Any = None) -> list[int]:
    """Give a file back: of a deleted download with its record, of a replaced one in the larger one's place.

    Raises:
        NotFoundError: it is not in the bin.
        TransitionRefusedError: its item has been stored again meanwhile.
        FileMissingError: the disk refuses.
    """
    entry = held_entry(entry_id)
    case = UpgradeCase.objects.filter(bin_entry=entry, status=UpgradeStatus.REPLACED).first()
    if entry.reason == BinReason.REPLACED and case is not None:
        return [undo_replacement(case_id=case.pk, user=user).pk]
    return restore_entry(entry_id=entry_id, user=user)
