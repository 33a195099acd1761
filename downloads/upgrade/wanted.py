"""Which downloaders look for larger copies, and which known pictures they fetch once more for that."""

from collections.abc import Mapping

from downloads.models import Download, DownloadStatus, MediaAlias, Tombstone
from mediadl.configuration.registry import leaf
from mediadl.configuration.selectors import value
from mediadl.media import MediaType

LARGE_ENOUGH_PIXELS = 1440  # the longest side; no site of ours serves much larger copies of such a picture
MAX_MEDIA_ID = 200


def looks_for_larger(platform: str, downloader: str) -> bool:
    """Whether this downloader has the setting ``auto_upgrade``, and it is on."""
    path = f"platforms.{platform}.{downloader}.auto_upgrade"
    try:
        leaf(path)
    except KeyError:
        return False
    return bool(value(path))


def copy_id(media_id: str, downloader: str) -> str:
    """The media id under which the copy of a known item is fetched, from another downloader."""
    ending = f"_{downloader}"
    return media_id[: MAX_MEDIA_ID - len(ending)] + ending


def original_id(media_id: str, downloader: str) -> str:
    """The id that :func:`copy_id` was made of; empty for an id that is no copy's."""
    ending = f"_{downloader}"
    return media_id.removesuffix(ending) if media_id.endswith(ending) else ""


def wanted_copies(platform: str, downloader: str, known: Mapping[str, int]) -> dict[str, str]:
    """Of known items (media id to download) those that are worth another fetch, with the id for it.

    Small pictures of other downloaders, not kept, and only once: what was compared is known by its
    copy's id, whatever came of it.
    """
    if not known or not looks_for_larger(platform, downloader):
        return {}
    small = set(
        Download.objects.filter(
            pk__in=set(known.values()),
            status=DownloadStatus.COMPLETED,
            media_type=MediaType.IMAGE.value,
            upgraded=False,
            kept=False,
            width__lt=LARGE_ENOUGH_PIXELS,
            height__lt=LARGE_ENOUGH_PIXELS,
        )
        .exclude(downloader=downloader)
        .values_list("pk", flat=True)
    )
    copies = {media_id: copy_id(media_id, downloader) for media_id, pk in known.items() if pk in small}
    ids = list(copies.values())
    compared: set[str] = set()
    for model in (Download, MediaAlias, Tombstone):
        rows = model._default_manager.filter(platform=platform, media_id__in=ids)
        compared.update(rows.values_list("media_id", flat=True))
    return {media_id: copy for media_id, copy in copies.items() if copy not in compared}
