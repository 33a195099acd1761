"""Who wants to know that an item ended: upper rooms fill this registry in their ``apps.py``."""

from collections.abc import Callable

from queue_app.models import QueueItem

ItemEnded = Callable[[QueueItem], None]

_item_ended: list[ItemEnded] = []


def on_item_ended(callback: ItemEnded) -> ItemEnded:
    """Have ``callback`` called inside the transaction that ends an item; returns it unchanged.

    The item is as saved (``completed``, ``failed`` or ``cancelled``; an active item that is deleted
    counts as cancelled). What the callback raises undoes the end, so it must not fail lightly.
    """
    if callback not in _item_ended:
        _item_ended.append(callback)
    return callback


def tell_item_ended(item: QueueItem) -> None:
    """Call everybody; inside the transaction."""
    for callback in _item_ended:
        callback(item)
