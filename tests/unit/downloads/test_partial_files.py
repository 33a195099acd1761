"""Partial files belong to one live owner at a time."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest

from downloads.partial import discard_partials_of, hold_partial, open_partial, partial_key, remove_stale_partials
from mediadl.media import FailureKind, MediaError
from mediadl.net.validators import Validators

KEY = partial_key("web", "abc", "https://example.org/a.jpg")
VALIDATORS = Validators('"e1"', "Sun, 12 Oct 2025 14:15:23 GMT", 1000, "https://example.org/a.jpg")
HOLDER = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(fd, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def hold_in_another_process(path):
    """A process that has locked the file."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_bytes_and_validators_are_there_again(tmp_path):
    with open_partial(tmp_path, KEY, 1) as part:
        os.write(part.fd, b"half")
        part.write_validators(VALIDATORS)
    with open_partial(tmp_path, KEY, 2) as part:
        assert part.path == tmp_path / ".partial" / f"{KEY}.part"
        assert part.size() == 4
        assert part.read_validators() == VALIDATORS


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b'{"etag": 1}', b"\xff"])
def test_rubbish_beside_it_counts_as_nothing_known(tmp_path, rubbish):
    with open_partial(tmp_path, KEY, 1) as part:
        (tmp_path / ".partial" / f"{KEY}.meta.part").write_bytes(rubbish)
        assert part.read_validators() is None


def test_a_file_held_by_another_is_not_touched(tmp_path):
    with open_partial(tmp_path, KEY, 1) as first, open_partial(tmp_path, KEY, 2) as second:
        assert second.path.name == f"{KEY}.2.part"
        assert first.path != second.path
        with pytest.raises(MediaError) as refused:
            hold_partial(tmp_path, KEY, 2)
        assert refused.value.kind is FailureKind.TRANSIENT


@pytest.mark.parametrize(("sent", "is_free"), [(signal.SIGKILL, True), (signal.SIGSTOP, False)])
def test_a_kill_frees_the_lock_and_a_stop_does_not(tmp_path, sent, is_free):
    with open_partial(tmp_path, KEY, 1) as part:
        path = part.path
    holder = hold_in_another_process(path)
    try:
        holder.send_signal(sent)
        if is_free:
            holder.wait()
        with open_partial(tmp_path, KEY, 2) as part:
            assert (part.path == path) == is_free
    finally:
        holder.kill()
        holder.communicate()


def test_a_file_that_was_placed_meanwhile_is_not_written_into(tmp_path, monkeypatch):
    with open_partial(tmp_path, KEY, 1) as part:
        os.write(part.fd, b"whole")
    real = fcntl.flock

    def placed_just_before(descriptor, operation):
        monkeypatch.setattr(fcntl, "flock", real)
        (tmp_path / ".partial" / f"{KEY}.part").rename(tmp_path / "stored.jpg")
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", placed_just_before)
    with open_partial(tmp_path, KEY, 2) as part:
        assert part.size() == 0
        os.write(part.fd, b"new")
    assert (tmp_path / "stored.jpg").read_bytes() == b"whole"


def test_links_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / ".partial").symlink_to(outside)
    with pytest.raises(MediaError) as refused:
        hold_partial(root, KEY, 1)
    assert refused.value.code == "UNSAFE_PATH"
    (root / ".partial").unlink()
    (root / ".partial").mkdir()
    (root / ".partial" / f"{KEY}.part").symlink_to(outside / "x")
    with pytest.raises(MediaError):
        hold_partial(root, KEY, 1)
    assert not list(outside.iterdir())


def test_a_root_that_is_not_there_is_our_disks_failure(tmp_path):
    with pytest.raises(MediaError) as refused:
        hold_partial(tmp_path / "unmounted", KEY, 1)
    assert refused.value.kind is FailureKind.DISK


def test_discarding_removes_only_its_own(tmp_path):
    with open_partial(tmp_path, KEY, 1) as part:
        part.write_validators(VALIDATORS)
        (tmp_path / ".partial" / "other.part").touch()
        part.discard()
    assert [path.name for path in (tmp_path / ".partial").iterdir()] == ["other.part"]


def test_discarding_does_not_remove_a_file_that_took_its_name(tmp_path):
    with open_partial(tmp_path, KEY, 1) as part:
        part.path.rename(tmp_path / "stored.jpg")
        part.path.write_bytes(b"another owner's")
        part.discard()
        assert part.path.read_bytes() == b"another owner's"


def test_an_items_partials_go_with_it(tmp_path):
    with open_partial(tmp_path, KEY, 1) as one, open_partial(tmp_path, KEY, 2) as two:
        one.write_validators(VALIDATORS)
        two.write_validators(VALIDATORS)
        (tmp_path / ".partial" / "other.part").touch()
    assert discard_partials_of(tmp_path, [KEY]) == 4
    assert [path.name for path in (tmp_path / ".partial").iterdir()] == ["other.part"]
    assert discard_partials_of(tmp_path / "nowhere", [KEY]) == 0


def test_stale_partials_go_unless_needed_or_held(tmp_path):
    for key in ("needed", "stale", "held"):
        with open_partial(tmp_path, key, 1) as part:
            part.write_validators(VALIDATORS)
    holder = hold_in_another_process(tmp_path / ".partial" / "held.part")
    try:
        assert remove_stale_partials(tmp_path, ["needed"]) == 2
    finally:
        holder.kill()
        holder.communicate()
    left = {path.name for path in (tmp_path / ".partial").iterdir()}
    assert left == {"needed.part", "needed.meta.part", "held.part", "held.meta.part"}
