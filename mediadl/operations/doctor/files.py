"""Records against files, both ways."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import F

from downloads.bin.entries import BIN_FOLDER
from downloads.cube import CubeChanges
from downloads.media_root import current_root
from downloads.models import BinEntry, Download, MediaRoot, StoredFile
from downloads.sidecars.writing import ENDINGS
from mediadl.operations.doctor.findings import Finding
from mediadl.web.files import open_regular_file

PARTIAL_FOLDER = ".partial"
SIDECARS = tuple(ending for ending, _text_of in ENDINGS.values())
READ_BYTES = 1024 * 1024


def check_files(*, check_hashes: bool) -> tuple[str, list[Finding]]:
    """Every recorded file is there with its size (and hash); every file there is recorded."""
    roots = {Path(path) for path in MediaRoot.objects.values_list("path", flat=True)} | {current_root()}
    missing, changed = _check_records(check_hashes=check_hashes)
    unknown, partial, partial_bytes = _check_folders(roots)
    found = [
        *_missing(missing),
        *_changed(changed),
        *_unrecorded(unknown),
        *_unused(),
        *_disagreeing(),
        *_partials(partial, partial_bytes),
    ]
    how = "sizes and hashes" if check_hashes else "sizes (--hash reads every byte)"
    return f"Files: {StoredFile.objects.count()} records compared with {len(roots)} folders by {how}", found


def _check_records(*, check_hashes: bool) -> tuple[list[str], list[str]]:
    missing: list[str] = []
    changed: list[str] = []
    for record in StoredFile.objects.select_related("root").iterator():
        path = Path(record.root.path) / record.path
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


def _check_folders(roots: set[Path]) -> tuple[list[str], int, int]:
    unknown: list[str] = []
    partial = partial_bytes = 0
    for root in sorted(roots):
        for path, size in _regular_files(root):
            relative = path.relative_to(root).as_posix()
            if relative.startswith(f"{PARTIAL_FOLDER}/"):
                partial, partial_bytes = partial + 1, partial_bytes + size
            elif relative.startswith(f"{BIN_FOLDER}/"):
                if not BinEntry.objects.filter(root__path=str(root), bin_path=relative).exists():
                    unknown.append(str(path))
            elif not _is_recorded(path, roots):
                unknown.append(str(path))
    return unknown, partial, partial_bytes


def _is_recorded(path: Path, roots: set[Path]) -> bool:
    """Whether a file is a stored one, or stands beside one and describes it; roots may lie inside each other."""
    names = [path, *(path.with_name(path.name.removesuffix(end)) for end in SIDECARS if path.name.endswith(end))]
    return any(
        StoredFile.objects.filter(root__path=str(root), path=name.relative_to(root).as_posix()).exists()
        for name in names
        for root in roots
        if name.is_relative_to(root)
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
