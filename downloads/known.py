"""What is known already: nothing is fetched twice, and nothing deleted on purpose comes back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from downloads.adoption.selectors import adopted_media
from downloads.file_presence import is_present as is_present  # noqa: PLC0414 - asked for from here too
from downloads.models import Download, MediaAlias, Tombstone
from downloads.rows import key_of
from mediadl.media import MediaItem, SkipReason


@dataclass(frozen=True, slots=True)
class Known:
    """Why a media item need not be fetched, and its record where there is one."""

    reason: SkipReason
    download_id: int | None


def known_media(platform: str, items: Sequence[MediaItem]) -> dict[str, Known]:
    """The known ones of ``items`` by media id: by that id, by the media URL without its
    signature, or by an adopted archive.

    A completed record whose file is missing on disk is not known; a failed one neither. At most
    five queries for any number of items.
    """
    keys = {item.media_id: _keys(item) for item in items}
    adopted = adopted_media(platform, items)
    known = {media_id: Known(SkipReason.KNOWN, download_id) for media_id, download_id in adopted.items()}
    known.update(_tombstones(platform, keys))
    known.update(_aliases(platform, keys))
    known.update(_recorded(platform, keys))
    return known


def recorded_and_present(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The ids of the completed records, with their file on disk, of these (platform, media id) pairs."""
    by_platform: dict[str, list[str]] = {}
    for platform, media_id in wanted:
        by_platform.setdefault(platform, []).append(media_id)
    found: dict[tuple[str, str], int] = {}
    for platform, media_ids in by_platform.items():
        rows = _with_files(Download.objects.filter(platform=platform, media_id__in=media_ids))
        found |= {(platform, row[1]): row[0] for row in rows if is_present(row[3], row[4], row[5])}
    return found


_COLUMNS = ("id", "media_id", "media_url_key", "file__root__path", "file__path", "file__size")


def _with_files(rows: QuerySet[Download]) -> list[tuple[int, str, str, str, str, int]]:
    """The completed ones. ``status`` is not asked for in SQL: SQLite would take its index, and read them all."""
    return [row for row in rows.values_list(*_COLUMNS) if row[4] is not None]


def _keys(item: MediaItem) -> list[str]:
    return [key for key in map(key_of, item.candidates) if key]


def _ids_by_key(keys: dict[str, list[str]]) -> dict[str, list[str]]:
    """The media ids that each URL key belongs to: a listing may show one file under several ids."""
    ids: dict[str, list[str]] = {}
    for media_id, found in keys.items():
        for key in found:
            ids.setdefault(key, []).append(media_id)
    return ids


def _recorded(platform: str, keys: dict[str, list[str]]) -> dict[str, Known]:
    rows = _with_files(Download.objects.filter(platform=platform, media_id__in=list(keys)))
    known = {row[1]: Known(SkipReason.KNOWN, row[0]) for row in rows if is_present(row[3], row[4], row[5])}
    with_record = {row[1] for row in rows}  # a record without its file: the item itself is fetched again
    others = _ids_by_key({media_id: found for media_id, found in keys.items() if media_id not in with_record})
    if others:
        for row in _with_files(Download.objects.filter(platform=platform, media_url_key__in=list(others))):
            if is_present(row[3], row[4], row[5]):
                for media_id in others[row[2]]:
                    known.setdefault(media_id, Known(SkipReason.KNOWN, row[0]))
    return known


def _aliases(platform: str, keys: dict[str, list[str]]) -> dict[str, Known]:
    """Those that a stored item is known by too (see downloads.upgrade)."""
    by_key = _ids_by_key(keys)
    rows = MediaAlias.objects.filter(
        Q(platform=platform, media_id__in=list(keys)) | Q(platform=platform, media_url_key__in=list(by_key))
    ).values_list(
        "download",
        "media_id",
        "media_url_key",
        "download__file__root__path",
        "download__file__path",
        "download__file__size",
    )
    known: dict[str, Known] = {}
    for pk, media_id, url_key, root, path, size in rows:
        if path is not None and is_present(root, path, size):
            for wanted in {media_id} & keys.keys() | set(by_key.get(url_key, ())):
                known[wanted] = Known(SkipReason.KNOWN, pk)
    return known


def _tombstones(platform: str, keys: dict[str, list[str]]) -> dict[str, Known]:
    by_key = _ids_by_key(keys)
    rows = Tombstone.objects.filter(
        Q(platform=platform, media_id__in=list(keys)) | Q(platform=platform, media_url_key__in=list(by_key))
    ).values_list("media_id", "media_url_key")
    known: dict[str, Known] = {}
    for media_id, url_key in rows:
        for wanted in {media_id} & keys.keys() | set(by_key.get(url_key, ())):
            known[wanted] = Known(SkipReason.TOMBSTONE, None)
    return known
