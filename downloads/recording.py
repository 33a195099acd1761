"""Recording placed files and final failures, in the caller's transaction."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from downloads.cube import CubeChanges
from downloads.inserting import insert_downloads
from downloads.known import is_present
from downloads.models import Download, DownloadStatus, StoredFile
from downloads.rows import row_of_failure, storable
from downloads.sidecars.writing import write_sidecars
from downloads.store_requests import FailureRecord, PlacedFile, Placement, StoredDownload, StoredRow
from downloads.undoing import withdraw_files
from downloads.upgrade.noting import note_new_pictures
from mediadl import clock
from mediadl.failpoints import reach
from mediadl.media import OutcomeKind, SkipReason
from mediadl.plain_sql import as_stored, insert_returning, marks, select, table_of

_Key = tuple[str, str]  # platform, media id
_LOCK_NUMBER = 7_201_400_101  # any number that no other advisory lock uses
_MAX_ERROR = 2_000


def record_files(placed: Sequence[PlacedFile]) -> list[StoredDownload]:
    """Record placed files; answers in their order.

    Repeating it is harmless: a media item that is recorded, with its file on disk, stays as it is
    (and the new copy goes once the transaction is committed); a failed record, or one whose file is
    missing, takes the new file.
    """
    _lock_other_recorders()
    existing = _existing((file.row.platform, file.row.media_id) for file in placed)
    fresh: dict[_Key, PlacedFile] = {}
    repaired: list[tuple[Download, PlacedFile]] = []
    for file in placed:
        key = (file.row.platform, file.row.media_id)
        old = existing.get(key)
        if file.placement is Placement.NOT_PLACED or key in fresh:
            continue
        if old is None:
            fresh[key] = file
        elif not _has_its_file(old):
            repaired.append((old, file))
    stored = _stored_file_ids([*fresh.values(), *(file for _old, file in repaired)])
    changes = CubeChanges()
    recorded = _create(fresh, stored)
    for download in recorded.values():
        changes.add(download)
    for old, file in repaired:
        changes.remove(old)
        _take_file(old, file, stored)
        changes.add(old)
    changes.write()
    note_new_pictures(recorded.values())
    answers = [_answer(file, existing, recorded) for file in placed]
    _after_commit(placed, {id(file) for file in [*fresh.values(), *(file for _old, file in repaired)]})
    reach("store.before_commit")
    return answers


def record_failures(failures: Sequence[FailureRecord]) -> list[int]:
    """Record media items that failed for good; answers the records' ids in order.

    A completed record is never overwritten; an older failure is.
    """
    _lock_other_recorders()
    rows = [row_of_failure(failure) for failure in failures]
    existing = _existing((row.platform, row.media_id) for row in rows)
    changes = CubeChanges()
    fresh: dict[_Key, Download] = {}
    for failure, row in zip(failures, rows, strict=True):
        key = (row.platform, row.media_id)
        old = existing.get(key) or fresh.get(key)
        if old is not None and old.status == DownloadStatus.COMPLETED:
            continue
        if old is None:
            fresh[key] = _failed(Download(), failure, row)
        elif old.pk:
            changes.remove(old)
            _failed(old, failure, row).save()
            changes.add(old)
    insert_downloads(list(fresh.values()))
    for download in fresh.values():
        changes.add(download)
    changes.write()
    reach("store.before_commit")
    found = {**existing, **fresh}
    return [found[(row.platform, row.media_id)].pk for row in rows]


def _lock_other_recorders() -> None:
    """On PostgreSQL two drains must not both find a media item missing; SQLite has one writer anyway."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Records are written inside the caller's transaction.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_NUMBER])


def _existing(keys: Iterable[_Key]) -> dict[_Key, Download]:
    by_platform: dict[str, list[str]] = {}
    for platform, media_id in keys:
        by_platform.setdefault(platform, []).append(media_id)
    ids: list[int] = []
    for platform, media_ids in by_platform.items():
        statement = f"SELECT id FROM {table_of(Download)} WHERE platform = %s AND media_id IN ({marks(media_ids)})"  # noqa: S608
        ids += [row[0] for row in select(statement, [platform, *media_ids])]
    if not ids:  # nearly always: what is recorded is hardly ever fetched
        return {}
    return {
        (row.platform, row.media_id): row for row in Download.objects.select_related("file__root").filter(pk__in=ids)
    }


def _has_its_file(download: Download) -> bool:
    file = download.file
    return file is not None and is_present(file.root.path, file.path, file.size)


def _stored_file_ids(files: Sequence[PlacedFile]) -> dict[tuple[int, str], int]:
    """The rows of these paths, made where there are none; several downloads may share one."""
    wanted = {(file.root_id, file.path): file.row for file in files}
    if not wanted:
        return {}
    roots, paths = sorted({root for root, _path in wanted}), [path for _root, path in wanted]
    statement = (
        f"SELECT id, root_id, path, sha256 FROM {table_of(StoredFile)} "  # noqa: S608
        f"WHERE root_id IN ({marks(roots)}) AND path IN ({marks(paths)})"
    )
    found = {(root, path): (pk, sha256) for pk, root, path, sha256 in select(statement, [*roots, *paths])}
    now = clock.now()
    rows = [
        (root, path, row.sha256, row.size, as_stored(now))
        for (root, path), row in wanted.items()
        if (root, path) not in found
    ]
    columns = ("root_id", "path", "sha256", "size", "created_at")
    made = insert_returning(StoredFile, columns, rows, ("id", "root_id", "path"))
    for place, row in wanted.items():
        if place in found and found[place][1] != row.sha256:  # the old file was gone; its name holds new bytes
            StoredFile.objects.filter(pk=found[place][0]).update(sha256=row.sha256, size=row.size, created_at=now)
    return {place: pk for place, (pk, _sha256) in found.items()} | {(root, path): pk for pk, root, path in made}


def _create(fresh: dict[_Key, PlacedFile], stored: dict[tuple[int, str], int]) -> dict[_Key, Download]:
    made = {key: _filled(Download(), file, stored) for key, file in fresh.items()}
    insert_downloads(list(made.values()))
    return made


def _take_file(old: Download, file: PlacedFile, stored: dict[tuple[int, str], int]) -> None:
    """Give a failed record, or one whose file is missing, the new file."""
    before = old.file_id
    _filled(old, file, stored).save()
    if before is not None and before != old.file_id and not Download.objects.filter(file_id=before).exists():
        StoredFile.objects.filter(pk=before).delete()


def _filled(download: Download, file: PlacedFile, stored: dict[tuple[int, str], int]) -> Download:
    row = file.row
    _fill_identity(download, row)
    download.filename = file.filename
    download.file_id = stored[(file.root_id, file.path)]
    download.file_size = row.size
    download.file_hash = row.sha256
    download.width = row.width
    download.height = row.height
    download.duration_seconds = row.duration_seconds
    download.status = DownloadStatus.COMPLETED
    download.error_code = download.error = ""
    download.has_thumbnail = row.has_thumbnail
    if file.same_bytes_as:
        download.metadata = {**download.metadata, "same_bytes_as": file.same_bytes_as}
    return download


def _failed(download: Download, failure: FailureRecord, row: StoredRow) -> Download:
    _fill_identity(download, row)
    download.filename = None
    download.status = DownloadStatus.FAILED
    download.error_code = failure.error.code[:40]
    download.error = storable(failure.error.detail)[:_MAX_ERROR]
    return download


def _fill_identity(download: Download, row: StoredRow) -> None:
    download.url, download.url_hash = row.url, row.url_hash
    download.platform, download.downloader = row.platform, row.downloader
    download.collection, download.source = row.collection, row.source
    download.content_type, download.media_type = row.content_type, row.media_type
    download.media_id, download.media_url, download.media_url_key = row.media_id, row.media_url, row.media_url_key
    download.post_date = row.post_date
    download.download_date = clock.now()
    download.attempts = row.attempts
    download.queue_item_id = row.queue_item_id
    download.metadata = row.metadata


def _answer(file: PlacedFile, existing: dict[_Key, Download], recorded: dict[_Key, Download]) -> StoredDownload:
    key = (file.row.platform, file.row.media_id)
    new = recorded.get(key)
    download = new or existing.get(key)
    if download is None or download.filename is None:
        detail = "The other file of the same media item was not recorded; this one is fetched again."
        return StoredDownload(0, OutcomeKind.LISTED, "", detail, "")
    name = download.filename
    if file.filename != name or file.placement is Placement.NOT_PLACED:
        return StoredDownload(download.pk, OutcomeKind.SKIPPED, SkipReason.KNOWN, "Stored already.", name)
    if file.same_bytes_as:
        detail = f"The same bytes as {file.same_bytes_as}."
        return StoredDownload(download.pk, OutcomeKind.SKIPPED, SkipReason.DUPLICATE_BYTES, detail, name)
    return StoredDownload(download.pk, OutcomeKind.DOWNLOADED, "", "", name)


def _after_commit(placed: Sequence[PlacedFile], used: set[int]) -> None:
    def settle() -> None:
        unused = [file for file in placed if id(file) not in used and not _is_recorded_path(file)]
        withdraw_files(unused)
        write_sidecars([file for file in placed if id(file) in used])
        for file in placed:
            if file.journal and file not in unused:
                file.journal.settle()

    transaction.on_commit(settle)


def _is_recorded_path(file: PlacedFile) -> bool:
    return bool(file.path) and StoredFile.objects.filter(root_id=file.root_id, path=file.path).exists()
