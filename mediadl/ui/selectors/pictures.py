"""Which small picture stands for a queue item (its own first one) and for a source (its newest one)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from downloads.models import Download
from mediadl.media import OutcomeKind
from mediadl.ui.links import thumbnail_url
from queue_app.models import Outcome, QueueItem


def _newest_picture(platform: object, source: object) -> Subquery:
    pictures = Download.objects.filter(platform=platform, source=source, has_thumbnail=True)
    return Subquery(pictures.order_by("-download_date", "-id").values("id")[:1])


def _own_picture(item: Any) -> Subquery:
    stored = Outcome.objects.filter(item=item, outcome=OutcomeKind.DOWNLOADED.value, download_id__isnull=False)
    first = Subquery(stored.order_by("position").values("download_id")[:1])
    return Subquery(Download.objects.filter(id=first, has_thumbnail=True).values("id")[:1])


def covers_of_items(item_ids: Sequence[int]) -> dict[int, str]:
    """The thumbnail URLs of queue items that have stored a picture, or whose source has one."""
    by_source = _newest_picture(OuterRef("platform"), OuterRef("source"))
    rows = (
        QueueItem.objects.filter(id__in=item_ids)
        .annotate(cover=Coalesce(_own_picture(OuterRef(OuterRef("pk"))), by_source))
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
