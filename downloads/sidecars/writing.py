"""Sidecar files on disk: written whole or not at all, never over somebody else's, gone with their file."""

import os
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from downloads.folders import folder
from downloads.renaming import rename_without_overwriting
from downloads.sidecars.contents import MARK, json_text, xmp_text
from downloads.store_requests import PlacedFile, StoredRow
from mediadl.configuration.selectors import value
from mediadl.media import MediaError

ENDINGS: dict[str, tuple[str, Callable[[StoredRow, str], str]]] = {
    "json": (".json", json_text),
    "xmp": (".xmp", xmp_text),
}
_FILE_MODE = 0o644
_HEAD_BYTES = 300
log = structlog.get_logger("Downloads")


def write_sidecars(placed: Sequence[PlacedFile]) -> None:
    """Write one beside each recorded file, where the setting asks for it; a failure only is in the log."""
    kind = str(value("general.sidecar_files"))
    if kind not in ENDINGS:
        return
    ending, text_of = ENDINGS[kind]
    for file in placed:
        *parents, name = file.path.split("/")
        try:
            with folder(file.root, parents) as inside:
                _write_new(inside, f"{name}{ending}", text_of(file.row, name).encode("utf-8", "replace"))
        except (OSError, MediaError) as error:
            log.warning("A sidecar file could not be written", file=name, error=str(error))


def remove_sidecars(inside: int, name: str) -> None:
    """The file ``name`` of an open folder is gone: its sidecars go too."""
    for ending, _text_of in ENDINGS.values():
        with suppress(OSError):
            if _is_ours(inside, f"{name}{ending}"):
                os.unlink(f"{name}{ending}", dir_fd=inside)


def _is_ours(inside: int, name: str) -> bool:
    """gallery-dl and others give their files the same names."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=inside)
    try:
        return MARK.encode() in os.pread(descriptor, _HEAD_BYTES, 0)
    finally:
        os.close(descriptor)


def move_sidecars(source: int, old: str, target: int, new: str) -> None:
    """The file ``old`` of an open folder became ``new`` of another one: its sidecars follow."""
    for ending, _text_of in ENDINGS.values():
        with suppress(OSError):
            if _is_ours(source, f"{old}{ending}"):
                rename_without_overwriting(source, f"{old}{ending}", target, f"{new}{ending}")


def _write_new(inside: int, name: str, data: bytes) -> None:
    """A link gives the finished file its name, and fails where one is there already."""
    beside = f".{uuid.uuid4().hex}.sidecar"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(beside, flags, _FILE_MODE, dir_fd=inside), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, name, src_dir_fd=inside, dst_dir_fd=inside, follow_symlinks=False)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside, dir_fd=inside)
