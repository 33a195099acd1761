"""How far into a thread a check came: what is new for the next one begins there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from platforms.forum.walk_position import Position
from queue_app.models import QueueItem
from queue_app.states import Status

_AGAIN = "again"


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """What a check saw.

    Attributes:
        posts: new ones that it read.
        last_post: where the next check goes on, as the thread keeps it.
    """

    posts: int
    last_post: dict[str, Any] | None


def progress_of(item: QueueItem, last_post: dict[str, Any] | None) -> CheckProgress:
    """Read it from the item that ended; ``last_post`` is where its check began.

    A check that failed, or listed only some of the thread, moves nothing. Files that could not be
    fetched get one more chance: the next check begins at the same post again.
    """
    cursor = item.listing_cursor if isinstance(item.listing_cursor, Mapping) else {}
    newest = Position.read(cursor.get("newest"))
    is_whole = item.status == Status.COMPLETED and item.max_downloads is None and item.days_back is None
    if newest is None or not is_whole:
        return CheckProgress(0, last_post)
    posts = cursor.get("posts")
    read = posts if isinstance(posts, int) else 0
    if item.items_failed and not (last_post or {}).get(_AGAIN):
        return CheckProgress(read, {**(last_post or {}), _AGAIN: True})
    return CheckProgress(read, newest.to_json())
