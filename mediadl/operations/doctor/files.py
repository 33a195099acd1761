"""Records against files, both ways."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import F

from downloads.bin.entries import BIN_FOLDER
from downloads.cube import CubeChanges
from downloads.media_root import current_root
from downloads.models import BinEntry, Download, MediaRoot, StoredFile
from downloads.moved_roots import MovedRoot, moved_roots, take_moved_root
from downloads.sidecars.writing import ENDINGS
from mediadl.operations.doctor.findings import Finding
from mediadl.web.files import open_regular_file

PARTIAL_FOLDER = ".partial"
SIDECARS = tuple(ending for ending, _text_of in ENDINGS.values())
READ_BYTES = 1024 * 1024
Place = tuple[Path, str]  # a folder, and how the records call it


def check_files(*, check_hashes: bool) -> tuple[str, list[Finding]]:
    """Every recorded file is there with its size (and hash); every file there is recorded."""
    moved = moved_roots()
    places = {(Path(path), path) for path in MediaRoot.objects.values_list("path", flat=True)}
    places |= {(current_root(), str(current_root()))} | {(each.folder, each.recorded.path) for each in moved}
    roots = {folder for folder, _recorded in places}
    missing, changed = _check_records(moved, check_hashes=check_hashes)
    unknown, partial, partial_bytes = _check_folders(places)
    found = [
        *_moved(moved),
        *_missing(missing),
        *_changed(changed),
        *_unrecorded(unknown),
        *_unused(),
        *_disagreeing(),
        *_partials(partial, partial_bytes),
    ]
    how = "sizes and hashes" if check_hashes else "sizes (--hash reads every byte)"
    return f"Files: {StoredFile.objects.count()} records compared with {len(roots)} folders by {how}", found


def _check_records(moved: Sequence[MovedRoot], *, check_hashes: bool) -> tuple[list[str], list[str]]:
    missing: list[str] = []
    changed: list[str] = []
    folders = {each.recorded.pk: each.folder for each in moved}
    for record in StoredFile.objects.select_related("root").iterator():
        path = folders.get(record.root_id, Path(record.root.path)) / record.path
        problem = _compare(record, path, check_hashes=check_hashes)
        # What was deleted or replaced since the query began is no trouble.
        if problem and StoredFile.objects.filter(pk=record.pk, size=record.size, sha256=record.sha256).exists():
            (missing if problem == "missing" else changed).append(f"{path}{'' if problem == 'missing' else problem}")
    return missing, changed


def _compare(record: StoredFile, path: Path, *, check_hashes: bool) -> str:
    try:
        size = os.lstat(path).st_size
    except OSError:
        return "missing"
    if size != record.size:
        return f": {size} bytes instead of {record.size}"
    if check_hashes:
        try:
            if sha256_of(path) != record.sha256:
                return ": its bytes are not those that were stored"
        except OSError as error:
            return f": cannot be read ({error.strerror})"
    return ""


def sha256_of(path: Path) -> str:
    """The file's SHA-256 (hex); links are not followed.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with os.fdopen(open_regular_file(path), "rb") as stream:
        while part := stream.read(READ_BYTES):
            digest.update(part)
    return digest.hexdigest()


def _check_folders(places: set[Place]) -> tuple[list[str], int, int]:
    unknown: list[str] = []
    partial = partial_bytes = 0
    for root in sorted({folder for folder, _recorded in places}):
        recorded = [path for folder, path in places if folder == root]
        for path, size in _regular_files(root):
            relative = path.relative_to(root).as_posix()
            if relative.startswith(f"{PARTIAL_FOLDER}/"):
                partial, partial_bytes = partial + 1, partial_bytes + size
            elif relative.startswith(f"{BIN_FOLDER}/"):
                if not BinEntry.objects.filter(root__path__in=recorded, bin_path=relative).exists():
                    unknown.append(str(path))
            elif not _is_recorded(path, places):
                unknown.append(str(path))
    return unknown, partial, partial_bytes


def _is_recorded(path: Path, places: set[Place]) -> bool:
    """Whether a file is a stored one, or stands beside one and describes it; roots may lie inside each other."""
    names = [path, *(path.with_name(path.name.removesuffix(end)) for end in SIDECARS if path.name.endswith(end))]
    return any(
        StoredFile.objects.filter(root__path=recorded, path=name.relative_to(folder).as_posix()).exists()
        for name in names
        for folder, recorded in places
        if name.is_relative_to(folder)
    )


def _regular_files(root: Path) -> Iterator[tuple[Path, int]]:
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            path = Path(folder) / name
            try:
                status = os.lstat(path)
            except OSError:
                continue  # deleted meanwhile
            if stat.S_ISREG(status.st_mode):
                yield path, status.st_size


def _moved(moved: list[MovedRoot]) -> Iterator[Finding]:
    for each in moved:
        where = f"{each.found} of {each.total} files recorded in {each.recorded.path}"

        def mend(each: MovedRoot = each) -> str:
            return f"{take_moved_root(each)} files are recorded in {each.folder} now."

        yield Finding(
            f"{where}, which is gone, are in {each.folder}",
            advice="`mediadl doctor --fix` lets the records say so. If a disk is only not mounted, mount it instead.",
            repair=mend,
            repair_plan=f"look for the files of {each.recorded.path} in {each.folder} from now on",
        )


def _missing(paths: list[str]) -> Iterator[Finding]:
    if paths:
        advice = "The next run of their source fetches them again; or retry each in the history."
        yield Finding(f"{len(paths)} recorded files are not on disk", paths, advice)


def _changed(paths: list[str]) -> Iterator[Finding]:
    if paths:
        advice = "Something else wrote to them, or the disk fails. Delete such a file and fetch it again."
        yield Finding(f"{len(paths)} files are not what was stored", paths, advice)


def _unrecorded(paths: list[str]) -> Iterator[Finding]:
    if paths:
        advice = "They are left alone: they may be yours."
        yield Finding(f"{len(paths)} files have no record", paths, advice, is_harmless=True)


def _unused() -> Iterator[Finding]:
    used = Download.objects.filter(file__isnull=False).values("file_id")
    unused = {record.pk: str(record) for record in StoredFile.objects.exclude(pk__in=used)}
    if not unused:
        return

    def forget() -> str:
        with transaction.atomic():
            still = StoredFile.objects.filter(pk__in=list(unused)).exclude(pk__in=used)
            number, _by_model = still.delete()
        return f"Forgot {number} file rows that no download uses; the files stay."

    yield Finding(
        f"{len(unused)} stored files belong to no download",
        list(unused.values()),
        repair=forget,
        repair_plan=f"forget {len(unused)} file rows that no download uses (their files stay)",
        is_harmless=True,
    )


def _disagreeing() -> Iterator[Finding]:
    """A download repeats its file's size and hash, for lists; both must say the same."""
    wrong = Download.objects.filter(file__isnull=False).exclude(file_size=F("file__size"), file_hash=F("file__sha256"))
    names = [str(download) for download in wrong]
    if not names:
        return

    def mend() -> str:
        with transaction.atomic():
            changes = CubeChanges()
            for download in wrong.select_related("file"):
                if download.file is not None:
                    changes.remove(download)
                    download.file_size, download.file_hash = download.file.size, download.file.sha256
                    download.save(update_fields=["file_size", "file_hash"])
                    changes.add(download)
            changes.write()
        return f"Took size and hash of {len(names)} downloads from their files' rows."

    yield Finding(
        f"{len(names)} downloads do not say the size and hash of their file",
        names,
        repair=mend,
        repair_plan=f"take size and hash of {len(names)} downloads from their files' rows",
    )


def _partials(number: int, size: int) -> Iterator[Finding]:
    if number:
        yield Finding(f"{number} partial files ({size} bytes) wait to be resumed or cleaned up", is_harmless=True)
