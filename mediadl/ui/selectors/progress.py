"""How fast running items are, from the newest progress event of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from mediadl.events.models import OutboxEvent
from mediadl.events.progress import progress_key
from queue_app.models import QueueItem
from queue_app.states import Status

_BITS = 8  # the event has megabits a second; people read megabytes
MOST_ITEMS = 200  # running at once that are summed up


@dataclass(frozen=True, slots=True)
class Pace:
    """What the last progress event of an item said."""

    megabytes_per_second: float
    seconds_left: int | None
    current_item: str


def paces(item_ids: Sequence[int]) -> dict[int, Pace]:
    """The pace of each item that has one."""
    rows = OutboxEvent.objects.filter(key__in=[progress_key(item_id) for item_id in item_ids]).values_list(
        "data", flat=True
    )
    found = {}
    for row in rows:
        data = orjson.loads(row)
        found[data["queue_id"]] = Pace(
            (data.get("speed_mbps") or 0.0) / _BITS, data.get("eta_seconds"), data.get("current_item") or ""
        )
    return found


def present_speed() -> float:
    """Megabytes a second of all running items together."""
    ids = list(QueueItem.objects.filter(status=Status.DOWNLOADING.value).values_list("id", flat=True)[:MOST_ITEMS])
    return sum(pace.megabytes_per_second for pace in paces(ids).values())
