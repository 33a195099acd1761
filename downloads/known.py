"""What is known already: nothing is fetched twice, and nothing deleted on purpose comes back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from downloads.adoption.selectors import adopted_media
from downloads.file_presence import FILE_COLUMNS, FILE_JOINS
from downloads.file_presence import is_present as is_present  # noqa: PLC0414 - asked for from here too
from downloads.models import Download, MediaAlias, Tombstone
from downloads.rows import key_of
from mediadl.media import MediaItem, SkipReason
from mediadl.plain_sql import Row, marks, select, table_of


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
        rows = _with_files(platform, "media_id", media_ids)
        found |= {(platform, row[1]): row[0] for row in rows if is_present(row[3], row[4], row[5])}
    return found


def _with_files(platform: str, column: str, values: Sequence[str]) -> list[Row]:
    """Id, media id, URL key, and root, path and size of the file, of the completed downloads.

    ``status`` is not asked for in SQL: SQLite would take its index, and read them all.
    """
    if not values:
        return []
    rows = select(
        f"SELECT d.id, d.media_id, d.media_url_key, {FILE_COLUMNS} FROM {table_of(Download)} d {FILE_JOINS} "  # noqa: S608
        f"WHERE d.platform = %s AND d.{column} IN ({marks(values)})",
        [platform, *values],
    )
    return [row for row in rows if row[4] is not None]


def _by_id_or_url(columns: str, tables: str, platform: str, wanted: tuple[list[str], list[str]]) -> list[Row]:
    """The rows of ``a`` with one of these media ids or URL keys; each side of the OR has its own index."""
    conditions, parameters = [], []
    for column, values in zip(("media_id", "media_url_key"), wanted, strict=True):
        if values:
            conditions.append(f"(a.platform = %s AND a.{column} IN ({marks(values)}))")
            parameters += [platform, *values]
    if not conditions:
        return []
    return select(f"SELECT {columns} FROM {tables} WHERE {' OR '.join(conditions)}", parameters)  # noqa: S608


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
    rows = _with_files(platform, "media_id", list(keys))
    known = {row[1]: Known(SkipReason.KNOWN, row[0]) for row in rows if is_present(row[3], row[4], row[5])}
    with_record = {row[1] for row in rows}  # a record without its file: the item itself is fetched again
    others = _ids_by_key({media_id: found for media_id, found in keys.items() if media_id not in with_record})
    if others:
        for row in _with_files(platform, "media_url_key", list(others)):
            if is_present(row[3], row[4], row[5]):
                for media_id in others[row[2]]:
                    known.setdefault(media_id, Known(SkipReason.KNOWN, row[0]))
    return known


def _aliases(platform: str, keys: dict[str, list[str]]) -> dict[str, Known]:
    """Those that a stored item is known by too (see downloads.upgrade)."""
    by_key = _ids_by_key(keys)
    rows = _by_id_or_url(
        f"a.download_id, a.media_id, a.media_url_key, {FILE_COLUMNS}",
        f"{table_of(MediaAlias)} a LEFT JOIN {table_of(Download)} d ON d.id = a.download_id {FILE_JOINS}",
        platform,
        (list(keys), list(by_key)),
    )
    known: dict[str, Known] = {}
    for pk, media_id, url_key, root, path, size in rows:
        if path is not None and is_present(root, path, size):
            for wanted in {media_id} & keys.keys() | set(by_key.get(url_key, ())):
                known[wanted] = Known(SkipReason.KNOWN, pk)
    return known


def _tombstones(platform: str, keys: dict[str, list[str]]) -> dict[str, Known]:
    by_key = _ids_by_key(keys)
    rows = _by_id_or_url(
        "a.media_id, a.media_url_key", f"{table_of(Tombstone)} a", platform, (list(keys), list(by_key))
    )
    known: dict[str, Known] = {}
    for media_id, url_key in rows:
        for wanted in {media_id} & keys.keys() | set(by_key.get(url_key, ())):
            known[wanted] = Known(SkipReason.TOMBSTONE, None)
    return known
