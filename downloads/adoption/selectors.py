"""What the archives of other programs know of a listing, and what is adopted so far."""

from collections.abc import Sequence

from downloads.adoption.keys import matches_of_media
from downloads.adoption.models import AdoptedEntry, AdoptionRun
from downloads.file_presence import FILE_COLUMNS, FILE_JOINS, is_present
from downloads.models import Download
from mediadl.media import MediaItem
from mediadl.plain_sql import marks, select, table_of

_ENTRIES = (
    f"SELECT a.match, a.download_id, {FILE_COLUMNS} FROM {table_of(AdoptedEntry)} a "  # noqa: S608
    f"LEFT JOIN {table_of(Download)} d ON d.id = a.download_id {FILE_JOINS}"
)


def adopted_media(platform: str, items: Sequence[MediaItem]) -> dict[str, int | None]:
    """The media ids that an adopted archive knows, with their download where its file was adopted too.

    One query by one index. An adopted file that is missing on disk is not known any more.
    """
    media_ids: dict[str, list[str]] = {}
    for item in items:
        for match in matches_of_media(platform, item):
            media_ids.setdefault(match, []).append(item.media_id)
    if not media_ids:
        return {}
    known: dict[str, int | None] = {}
    for match, download_id, root, path, size in select(
        f"{_ENTRIES} WHERE a.match IN ({marks(list(media_ids))})", list(media_ids)
    ):
        if download_id is None or (path is not None and is_present(root, path, size)):
            for media_id in media_ids[match]:
                known[media_id] = download_id
    return known


def recent_runs(limit: int = 20) -> list[AdoptionRun]:
    """The latest adoptions, newest first."""
    return list(AdoptionRun.objects.order_by("-id")[:limit])


def entry_counts() -> tuple[int, int]:
    """How many archive entries are known, and how many of them have their file in the library."""
    entries = AdoptedEntry.objects.all()
    return entries.count(), entries.filter(download__isnull=False).count()
