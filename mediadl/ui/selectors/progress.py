"""How fast running items are, from the newest progress event of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from mediadl.events.models import OutboxEvent
from mediadl.events.progress import progress_key


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
            data.get("speed_mbps") or 0.0, data.get("eta_seconds"), data.get("current_item") or ""
        )
    return found
