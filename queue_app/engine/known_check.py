"""Which listed media need not be fetched, and what their outcome is."""

from collections.abc import Sequence
from dataclasses import dataclass

from downloads.known import known_media
from downloads.models import Download
from mediadl.media import MediaItem, OutcomeKind
from queue_app.models import QueueItem


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome of a media item that is not fetched."""

    outcome: OutcomeKind
    reason: str
    download_id: int | None


def settle_known(item: QueueItem, media: Sequence[MediaItem]) -> dict[str, Settled]:
    """The known ones of ``media`` by media id.

    One that was stored for this very item, by a worker that died before it could say so, is its
    download, not a known one.
    """
    known = known_media(item.platform, media)
    ids = [found.download_id for found in known.values() if found.download_id is not None]
    own: set[int] = set()
    if ids:
        own = set(Download.objects.filter(pk__in=ids, queue_item_id=item.pk).values_list("pk", flat=True))
    return {
        media_id: Settled(OutcomeKind.DOWNLOADED, "", found.download_id)
        if found.download_id in own
        else Settled(OutcomeKind.SKIPPED, found.reason.value, found.download_id)
        for media_id, found in known.items()
    }
