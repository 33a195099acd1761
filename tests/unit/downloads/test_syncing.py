"""What "synced" means in P1 and P3: the order in which bytes, names and records reach the disk.

A power cut cannot be made here, so the calls are written down as the store makes them.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from downloads import healing, placing_group
from downloads.models import Download
from downloads.store import heal, place_files, record_files
from downloads.store_requests import PlacedFile
from mediadl.media import FailureKind, MediaError
from tests.unit.downloads.builders import media_item, picture_bytes, store_request

FOLDER = "fastdl/evalongoria"


class Calls:
    """Each call as (what, name below the library), in order."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: list[tuple[str, str]] = []

    def note(self, what: str, path: str) -> None:
        self.made.append((what, os.path.relpath(path, self.root)))

    def positions(self, what: str, matches: Callable[[str], bool]) -> list[int]:
        return [n for n, (kind, name) in enumerate(self.made) if kind == what and matches(name)]

    def assert_in_order(self, *steps: tuple[str, Callable[[str], bool]]) -> None:
        """Every call of a step comes after every call of the step before, and each step has some."""
        before: list[int] = [-1]
        for what, matches in steps:
            found = self.positions(what, matches)
            assert found, f"no {what} in {self.made}"
            assert max(before) < min(found), self.made
            before = found


def path_of(descriptor: int) -> str:
    return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - a name, no path to follow


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The real calls are made, and written down once they have come back."""
    calls = Calls(tmp_path)
    fsync, rename = os.fsync, placing_group.rename_without_overwriting

    def noted_fsync(descriptor: int) -> None:
        fsync(descriptor)
        calls.note("sync", path_of(descriptor))

    def noted_rename(old_folder: int, old: str, new_folder: int, new: str) -> None:
        rename(old_folder, old, new_folder, new)
        calls.note("rename", f"{path_of(new_folder)}/{new}")

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(placing_group, "rename_without_overwriting", noted_rename)
    return calls


def record(calls: Calls, placed: list[PlacedFile]) -> None:
    with transaction.atomic():
        record_files(placed)
        transaction.on_commit(lambda: calls.note("commit", str(calls.root)))


def is_partial(name: str) -> bool:
    return name.startswith(".partial/") and not name.endswith(".placing")


def is_journal(name: str) -> bool:
    return name.endswith(".placing")


def is_file(name: str) -> bool:
    return name.startswith(f"{FOLDER}/")


def anything(_name: str) -> bool:
    return True


@pytest.mark.django_db(transaction=True)
def test_bytes_then_names_then_folders_then_the_record(tmp_path: Path, calls: Calls) -> None:
    requests = [store_request(tmp_path, picture_bytes(n), media_item(str(n))) for n in range(3)]
    placed = place_files(requests)
    record(calls, [file for file in placed if isinstance(file, PlacedFile)])
    assert len(calls.positions("sync", is_partial)) == len(calls.positions("rename", is_file)) == len(requests)
    calls.assert_in_order(("sync", is_partial), ("rename", is_file), ("sync", FOLDER.__eq__), ("commit", anything))
    calls.assert_in_order(("sync", is_journal), ("rename", anything))
    for folder in (".", "fastdl", ".partial"):  # two of them had to be made: their own entries are synced, too
        calls.assert_in_order(("rename", anything), ("sync", folder.__eq__), ("commit", anything))
    assert Download.objects.filter(status="completed").count() == len(requests)


@pytest.mark.django_db(transaction=True)
def test_a_second_name_of_the_same_bytes_is_synced_before_the_record(tmp_path: Path, calls: Calls) -> None:
    record(calls, place_files([store_request(tmp_path, picture_bytes(1))]))
    calls.made.clear()
    request = store_request(tmp_path, picture_bytes(1), media_item("42"), source="somebodyelse")
    record(calls, place_files([request]))
    calls.assert_in_order(("sync", "fastdl/somebodyelse".__eq__), ("commit", anything))


@pytest.mark.django_db(transaction=True)
def test_a_file_that_a_crash_left_is_synced_with_its_folder_before_the_record(
    tmp_path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died before the folder was synced: its name may not have reached the disk."""
    [placed] = place_files([store_request(tmp_path, picture_bytes())])
    assert isinstance(placed, PlacedFile)
    assert placed.journal
    placed.journal.close()
    calls.made.clear()
    monkeypatch.setattr(healing, "current_root", lambda: tmp_path)
    adopt = healing.record_files

    def noted_adopt(files: Any) -> Any:
        transaction.on_commit(lambda: calls.note("commit", str(tmp_path)))
        return adopt(files)

    monkeypatch.setattr(healing, "record_files", noted_adopt)
    assert heal(needed_keys=set()).adopted_files == 1
    for folder in (".", "fastdl", FOLDER):
        calls.assert_in_order(("sync", is_file), ("sync", folder.__eq__), ("commit", anything))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", ["file", "journal", "folder"])
def test_what_the_disk_did_not_take_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    fsync = os.fsync

    def refuses(descriptor: int) -> None:
        name = os.path.relpath(path_of(descriptor), tmp_path)
        if {"file": is_partial(name), "journal": is_journal(name), "folder": name == FOLDER}[part]:
            raise OSError(5, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuses)
    [answer] = place_files([store_request(tmp_path, picture_bytes())])
    assert isinstance(answer, MediaError)
    assert answer.kind is FailureKind.DISK
    assert not list((tmp_path / "fastdl").rglob("*.jpg"))


@pytest.mark.django_db
@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL syncs each commit unless its owner says otherwise"
)
def test_an_acknowledged_write_is_synced() -> None:
    """P1: with a write-ahead log only FULL syncs it at each commit; NORMAL may lose the last ones."""
    full = 2
    with connections["default"].cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (full,)
