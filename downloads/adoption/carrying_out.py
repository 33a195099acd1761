"""Doing what was decided: files are placed and recorded, entries linked to them.

A file that moves is linked (or copied) first and leaves its old place once the record is committed:
a crash at any point leaves it at one place at least, and the next run goes on.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.db import transaction

from downloads.adoption.archives import ArchiveEntry
from downloads.adoption.deciding import Decision, What, modified_at
from downloads.adoption.file_hashes import sha256_of_file
from downloads.adoption.models import AdoptedEntry
from downloads.adoption.request import AdoptionRequest, FilePlacement
from downloads.file_presence import is_present
from downloads.media_root import current_root, root_id
from downloads.models import Download
from downloads.naming import collection_of
from downloads.partial import PartialFile, hold_partial, partial_key
from downloads.placing import place_files
from downloads.recording import record_files
from downloads.rows import row_of
from downloads.store_requests import PlacedFile, Placement, StoreRequest
from downloads.thumbnails import thumbnail_path
from mediadl.media import MediaError
from mediadl.net.transfer import FetchResult

_COPIED_BYTES = 1024 * 1024


def carry_out(decisions: Sequence[Decision], request: AdoptionRequest, root: Path) -> None:
    """Adopt the files that are to be adopted; what fails is said in their decisions."""
    wanted = [one for one in decisions if one.what is What.ADOPT]
    if request.placement is FilePlacement.IN_PLACE:
        placed = [(one, _in_place(one, request, root)) for one in wanted]
        _record(placed, decisions)
        return
    held: list[PartialFile] = []
    try:
        _record(_placed(wanted, request, held), decisions)
    finally:
        for partial in held:
            partial.close()
    if request.placement is FilePlacement.MOVE:
        _leave_old_places(decisions, request)


def _in_place(one: Decision, request: AdoptionRequest, root: Path) -> PlacedFile:
    path = _source_path(one, request)
    return PlacedFile(
        row=row_of(_store_request(one, path)),
        root=root,
        root_id=root_id(root),
        path=path.relative_to(root).as_posix(),
        placement=Placement.SHARED,  # it was there before: there is nothing to undo
        partial=path,
    )


def _placed(
    wanted: Sequence[Decision], request: AdoptionRequest, held: list[PartialFile]
) -> list[tuple[Decision, PlacedFile]]:
    staged: list[tuple[Decision, StoreRequest]] = []
    for one in wanted:
        try:
            partial = _staged(one, request)
        except (OSError, MediaError) as error:
            one.what, one.detail = What.FAILED, getattr(error, "detail", "") or f"It could not be taken: {error}"
        else:
            held.append(partial)
            staged.append((one, _store_request(one, partial.path)))
    placed = []
    for (one, store), result in zip(staged, place_files([store for _one, store in staged]), strict=True):
        if isinstance(result, PlacedFile):
            placed.append((one, result))
        else:
            one.what, one.detail = What.FAILED, result.detail
            with suppress(FileNotFoundError):
                store.partial.unlink()
    return placed


def _staged(one: Decision, request: AdoptionRequest) -> PartialFile:
    """The bytes as a partial file of the download folder: a hard link where it may be one, else a copy."""
    source, root = _source_path(one, request), current_root()
    key = partial_key(one.platform, one.item.media_id if one.item else "", f"adopt {one.sha256}")
    held = hold_partial(root, key, 0)
    try:
        _fill(held, source, one.sha256, request.placement)
    except BaseException:
        with suppress(FileNotFoundError):
            held.path.unlink()
        held.close()
        raise
    return held


def _fill(held: PartialFile, source: Path, sha256: str, placement: FilePlacement) -> None:
    if placement is FilePlacement.COPY or not _linked(source, held):
        if placement is FilePlacement.LINK:
            raise OSError(errno.EXDEV, "a hard link cannot cross file systems; copy or move instead")
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file, held.path.open("wb") as target:
            shutil.copyfileobj(file, target, _COPIED_BYTES)
    if sha256_of_file(held.path) != sha256:
        raise OSError(errno.EIO, "it changed meanwhile")


def _linked(source: Path, held: PartialFile) -> bool:
    """Put a hard link in the partial file's place, held like it."""
    try:
        if os.path.samestat(os.fstat(held.fd), source.lstat()):
            return True  # a run that was interrupted has linked it; locking the file once more would wait for ourselves
    except OSError:
        return False
    beside = held.path.with_name(f"{held.path.name}.link.part")
    beside.unlink(missing_ok=True)
    try:
        os.link(source, beside, follow_symlinks=False)
    except OSError:
        return False
    descriptor = os.open(beside, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # another name of the same file is on its way
        os.close(descriptor)
        beside.unlink()
        return False
    beside.replace(held.path)
    held.close()
    held.fd = descriptor
    return True


def _source_path(one: Decision, request: AdoptionRequest) -> Path:
    assert request.folder is not None  # noqa: S101 - there are files
    return request.folder / one.file.path


def _store_request(one: Decision, path: Path) -> StoreRequest:
    assert one.item is not None  # noqa: S101
    assert one.verified is not None  # noqa: S101
    moment = modified_at(one)
    return StoreRequest(
        item=one.item,
        platform=one.platform,
        downloader=one.identity.program or "adopted",
        collection=collection_of(one.platform, False, ""),  # noqa: FBT003
        source=one.source,
        queue_item_id=None,
        attempts=1,
        partial=path,
        fetch=FetchResult("", 200, one.file.size, one.sha256, "", "", moment, "", 0, 0),
        verified=one.verified,
        thumbnail=thumbnail_path(one.sha256) if one.verified.has_thumbnail else None,
    )


def _record(placed: Sequence[tuple[Decision, PlacedFile]], decisions: Sequence[Decision]) -> None:
    with transaction.atomic():
        stored = record_files([file for _one, file in placed]) if placed else []
        for (one, _file), answer in zip(placed, stored, strict=True):
            one.download_id = answer.download_id or None
        for one in decisions:
            if one.download_id is not None:
                for entry in one.entries:
                    AdoptedEntry.objects.filter(program=entry.program, entry=entry.entry).update(
                        download_id=one.download_id, source=one.source
                    )


def _leave_old_places(decisions: Sequence[Decision], request: AdoptionRequest) -> None:
    """Files whose very bytes the library has at another place go from where they were.

    Those that a run before this one recorded and had no time to remove are among them.
    """
    moved = {one.download_id: one for one in decisions if one.download_id is not None and one.sha256}
    rows = Download.objects.filter(pk__in=list(moved)).values_list(
        "id", "file__sha256", "file__size", "file__root__path", "file__path"
    )
    for download_id, sha256, size, root, path in rows:
        one = moved[download_id]
        source, stored = _source_path(one, request), Path(root, path) if path else None
        if stored is None or sha256 != one.sha256 or not is_present(root, path, size):
            continue
        with suppress(OSError):
            if stored.resolve() != source.resolve():
                source.unlink()


def known_entries(entries: Sequence[ArchiveEntry]) -> set[tuple[str, str]]:
    """Which of them are adopted already."""
    rows = AdoptedEntry.objects.filter(entry__in=[one.entry for one in entries])
    return set(rows.values_list("program", "entry"))
