"""Who wants to know that an item ended: upper rooms fill this registry in their ``apps.py``."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from queue_app.models import QueueItem

ItemEnded = Callable[[QueueItem], None]
Among = Callable[[Sequence[int]], Collection[int]]


@dataclass(frozen=True, slots=True)
class _Registration:
    callback: ItemEnded
    among: Among | None


_registered: list[_Registration] = []


def on_item_ended(callback: ItemEnded, *, among: Among | None = None) -> ItemEnded:
    """Have ``callback`` called inside the transaction that ends an item; returns it unchanged.

    The item is as saved (``completed``, ``failed`` or ``cancelled``; an active item that is deleted
    counts as cancelled). What the callback raises undoes the end, so it must not fail lightly.

    ``among`` tells which of several items (by id) the callback is wanted for: many items may end in
    one transaction, and most are nobody's business.
    """
    if all(known.callback is not callback for known in _registered):
        _registered.append(_Registration(callback, among))
    return callback


def forget_callback(callback: ItemEnded) -> None:
    """Take a callback back (for tests)."""
    _registered[:] = [known for known in _registered if known.callback is not callback]


def tell_items_ended(items: Sequence[QueueItem]) -> None:
    """Call everybody who wants to know; inside the transaction."""
    if not items:
        return
    ids = [item.pk for item in items]
    for known in _registered:
        wanted = ids if known.among is None else known.among(ids)
        for item in items:
            if item.pk in wanted:
                known.callback(item)
