"""A large file is handed to the disk while it arrives, each part once; a small one waits for its sync."""

import os
from pathlib import Path

import pytest

from mediadl.net import write_behind
from mediadl.net.limits import MIB
from mediadl.net.part_writer import PartWriter


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(write_behind, "begin_writing", lambda _descriptor, start, length: told.append((start, length)))
    return told


def write(path: Path, mebibytes: int, *, again: int = 0) -> bytes:
    """Write so much, once more from the start if asked to; what is on disk then."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    writer = PartWriter(descriptor, max_bytes=100 * MIB, on_progress=None)
    for number in range(mebibytes):
        writer.write(bytes([number]) * MIB)
    if again:
        writer.start_over()
        for number in range(again):
            writer.write(bytes([number]) * MIB)
    writer.finish()
    os.close(descriptor)
    return path.read_bytes()


def test_each_part_is_handed_on_once_in_its_order(tmp_path: Path, pushed):
    assert len(write(tmp_path / "a", 50)) == 50 * MIB
    assert [start for start, _length in pushed] == [0, 16 * MIB, 32 * MIB]
    assert {length for _start, length in pushed} == {write_behind.PUSH_BYTES}


def test_a_file_that_starts_over_is_handed_on_from_its_beginning(tmp_path: Path, pushed):
    write(tmp_path / "a", 20, again=20)
    assert [start for start, _length in pushed] == [0, 0]


def test_a_small_file_is_left_to_its_sync(tmp_path: Path, pushed):
    write(tmp_path / "a", 15)
    assert pushed == []


def test_what_the_kernel_is_asked_changes_no_byte(tmp_path: Path):
    expected = b"".join(bytes([number]) * MIB for number in range(20))
    assert write(tmp_path / "a", 20) == expected


def test_a_system_that_cannot_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(write_behind, "_sync_file_range", None)
    assert len(write(tmp_path / "a", 20)) == 20 * MIB
