"""Which small picture stands for a source: the newest one that was stored from it."""

from collections.abc import Iterable, Sequence

from django.db.models import OuterRef, Subquery

from downloads.models import Download
from mediadl.ui.links import thumbnail_url
from queue_app.models import QueueItem


def _newest_picture(platform: object, source: object) -> Subquery:
    pictures = Download.objects.filter(platform=platform, source=source, has_thumbnail=True)
    return Subquery(pictures.order_by("-download_date", "-id").values("id")[:1])


def covers_of_items(item_ids: Sequence[int]) -> dict[int, str]:
    """The thumbnail URLs of queue items whose source has a picture."""
    rows = (
        QueueItem.objects.filter(id__in=item_ids)
        .annotate(cover=_newest_picture(OuterRef("platform"), OuterRef("source")))
        .values_list("id", "cover")
    )
    return {item_id: thumbnail_url(cover) for item_id, cover in rows if cover}


def covers_of_sources(sources: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The thumbnail URLs of (platform, source) pairs; a handful of range reads of one row each."""
    found = {}
    for platform, source in set(sources):
        pictures = Download.objects.filter(platform=platform, source=source, has_thumbnail=True)
        newest = pictures.order_by("-download_date", "-id").values_list("id", flat=True).first()
        if newest:
            found[platform, source] = thumbnail_url(newest)
    return found
