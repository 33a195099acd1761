"""The recycle bin: what is deleted can come back, and goes after its days; a crash loses and leaves nothing."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from downloads.bin import moving
from downloads.bin.entries import BIN_FOLDER
from downloads.bin.moving import move_out, recover_bin
from downloads.bin.purging import bin_bytes, empty_bin, purge_entry, purge_for_room, purge_old
from downloads.bin.restoring import restore_entry
from downloads.cube import recount, stored_cells
from downloads.models import BinEntry, BinState, Download, StoredFile, Tombstone
from downloads.services import delete_download
from downloads.thumbnails import thumbnail_path
from mediadl import clock, failpoints
from mediadl.api.errors import NotFoundError, TransitionRefusedError
from mediadl.configuration import services as configuration
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def right_counts():
    """Whatever a test does, the cube equals a recount afterwards."""
    yield
    failpoints.arm("")
    assert stored_cells() == recount()


def stored(root: Path, count: int = 1, **changes: object) -> list[Download]:
    """Downloads with files on disk, each with its own bytes."""
    downloads = add_downloads(count, root=root, has_thumbnail=True, **changes)
    for download in downloads:
        path = root / download.file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(download))
        thumbnail_path(download.file_hash).parent.mkdir(parents=True, exist_ok=True)
        thumbnail_path(download.file_hash).write_bytes(b"thumbnail")
    return downloads


def content(download: Download) -> bytes:
    """What :func:`stored` writes."""
    return f"picture {download.media_id}".encode()


def in_bin(root: Path) -> list[Path]:
    """The files that lie in the bin."""
    return sorted((root / BIN_FOLDER).glob("*"))


def test_a_deleted_file_moves_into_the_bin_and_comes_back_with_its_record(tmp_path):
    one = stored(tmp_path, metadata={"caption": "Hello"}, kept=True)[0]
    delete_download(download_id=one.pk, delete_file=True)
    entry = BinEntry.objects.get()
    assert (entry.state, entry.reason, entry.filename) == (BinState.HELD, "deleted", "s_0.jpg")
    assert not (tmp_path / one.file.path).exists()
    assert [path.read_bytes() for path in in_bin(tmp_path)] == [content(one)]
    assert thumbnail_path(one.file_hash).exists()

    restore_entry(entry_id=entry.pk)
    again = Download.objects.select_related("file").get()
    assert (tmp_path / again.file.path).read_bytes() == content(one)
    assert (again.media_id, again.metadata, again.kept) == (one.media_id, {"caption": "Hello"}, True)
    assert again.download_date == one.download_date
    assert not BinEntry.objects.exists()
    assert not Tombstone.objects.exists()
    assert in_bin(tmp_path) == []


def test_a_name_that_is_taken_meanwhile_is_left_alone(tmp_path):
    one = stored(tmp_path)[0]
    delete_download(download_id=one.pk, delete_file=True)
    taken = tmp_path / one.file.path
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"another file")
    restore_entry(entry_id=BinEntry.objects.get().pk)
    again = Download.objects.select_related("file").get()
    assert again.filename == "s_0-2.jpg"
    assert (tmp_path / again.file.path).read_bytes() == content(one)
    assert taken.read_bytes() == b"another file"


def test_an_item_that_was_fetched_again_is_not_restored_beside_itself(tmp_path):
    one = stored(tmp_path)[0]
    delete_download(download_id=one.pk, delete_file=True)
    stored(tmp_path, start=5, media_id=one.media_id)
    with pytest.raises(TransitionRefusedError):
        restore_entry(entry_id=BinEntry.objects.get().pk)
    assert BinEntry.objects.get().state == BinState.HELD
    assert len(in_bin(tmp_path)) == 1


def test_a_deletion_that_leaves_the_file_puts_nothing_into_the_bin(tmp_path):
    one = stored(tmp_path)[0]
    delete_download(download_id=one.pk)
    assert not BinEntry.objects.exists()
    assert (tmp_path / one.file.path).exists()


def test_without_a_bin_files_go_at_once(tmp_path):
    configuration.change({"general": {"recycle_bin_days": 0}}, user=None)
    one = stored(tmp_path)[0]
    delete_download(download_id=one.pk, delete_file=True)
    assert not BinEntry.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert not thumbnail_path(one.file_hash).exists()


def test_what_is_older_than_the_days_goes_and_no_more(tmp_path):
    for download in stored(tmp_path, 3):
        delete_download(download_id=download.pk, delete_file=True)
    old = BinEntry.objects.order_by("pk").first()
    BinEntry.objects.filter(pk=old.pk).update(binned_at=clock.now() - timedelta(days=31))
    assert purge_old() == (1, True)
    assert not BinEntry.objects.filter(pk=old.pk).exists()
    assert len(in_bin(tmp_path)) == 2
    assert not thumbnail_path(old.sha256).exists()
    configuration.change({"general": {"recycle_bin_days": 60}}, user=None)
    BinEntry.objects.update(binned_at=clock.now() - timedelta(days=31))
    assert purge_old() == (0, True)


def test_room_is_made_by_the_oldest_first(tmp_path):
    for download in stored(tmp_path, 3):
        delete_download(download_id=download.pk, delete_file=True)
    first, second, third = BinEntry.objects.order_by("pk")
    assert purge_for_room(first.size + 1) == first.size + second.size
    assert list(BinEntry.objects.all()) == [third]
    assert bin_bytes() == third.size


def test_purging_by_hand(tmp_path):
    for download in stored(tmp_path, 3):
        delete_download(download_id=download.pk, delete_file=True)
    purge_entry(entry_id=BinEntry.objects.order_by("pk").first().pk)
    assert len(in_bin(tmp_path)) == 2
    with pytest.raises(NotFoundError):
        purge_entry(entry_id=99_999)
    assert empty_bin() == 2
    assert in_bin(tmp_path) == []


POINTS = ["bin.before_rename", "bin.after_rename", "bin.before_settle"]
DELETER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from mediadl import failpoints
failpoints.arm(sys.argv[2])
{do}
"""


def run_until(point: str, do: str) -> int:
    """Run ``do`` in a process that ``point`` kills; its return code."""
    command = [sys.executable, "-c", DELETER.format(do=do), str(connection.settings_dict["NAME"]), f"{point}=kill"]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("action", ["raise", "kill"])
def test_a_crash_on_the_way_in_is_finished_by_the_recovery(tmp_path, point, action):
    one = stored(tmp_path)[0]
    if action == "kill":
        do = f"from downloads.services import delete_download; delete_download(download_id={one.pk}, delete_file=True)"
        assert run_until(point, do) == -9
    else:
        failpoints.arm(f"{point}=raise")
        with pytest.raises(failpoints.FailpointReached):
            delete_download(download_id=one.pk, delete_file=True)
    assert BinEntry.objects.get().state == BinState.MOVING
    recover_bin()
    assert BinEntry.objects.get().state == BinState.HELD
    assert [path.read_bytes() for path in in_bin(tmp_path)] == [content(one)]
    assert not (tmp_path / one.file.path).exists()


@pytest.mark.parametrize("point", ["bin.before_restore", "bin.after_restore"])
@pytest.mark.parametrize("action", ["raise", "kill"])
def test_a_crash_on_the_way_out_leaves_the_file_in_the_bin(tmp_path, point, action):
    one = stored(tmp_path)[0]
    delete_download(download_id=one.pk, delete_file=True)
    pk = BinEntry.objects.get().pk
    if action == "kill":
        assert (
            run_until(point, f"from downloads.bin.restoring import restore_entry; restore_entry(entry_id={pk})") == -9
        )
    else:
        failpoints.arm(f"{point}=raise")
        with pytest.raises(failpoints.FailpointReached):
            restore_entry(entry_id=pk)
    recover_bin()
    assert BinEntry.objects.get().state == BinState.HELD
    assert [path.read_bytes() for path in in_bin(tmp_path)] == [content(one)]
    assert not (tmp_path / one.file.path).exists()
    restore_entry(entry_id=pk)
    assert (tmp_path / one.file.path).read_bytes() == content(one)


def test_a_crash_while_purging_leaves_no_row_without_an_end(tmp_path):
    one = stored(tmp_path)[0]
    delete_download(download_id=one.pk, delete_file=True)
    failpoints.arm("bin.after_purge=raise")
    with pytest.raises(failpoints.FailpointReached):
        empty_bin()
    assert empty_bin() == 1
    assert not BinEntry.objects.exists()


def test_a_recovery_beside_a_living_restoration_loses_nothing(tmp_path):
    one = stored(tmp_path)[0]
    delete_download(download_id=one.pk, delete_file=True)
    entry = BinEntry.objects.select_related("root").get()
    move_out(entry)
    recover_bin()  # takes it for one that a crash had left
    with pytest.raises(NotFoundError):
        moving.take_restored(entry)
    assert BinEntry.objects.get().state == BinState.HELD
    assert [path.read_bytes() for path in in_bin(tmp_path)] == [content(one)]


def test_a_name_that_was_stored_again_before_the_rename_is_not_taken_away(tmp_path):
    one = stored(tmp_path)[0]
    failpoints.arm("bin.before_rename=raise")
    with pytest.raises(failpoints.FailpointReached):
        delete_download(download_id=one.pk, delete_file=True)
    StoredFile.objects.create(
        root=one.file.root, path=one.file.path, sha256=one.file_hash, size=one.file_size, created_at=clock.now()
    )
    recover_bin()
    assert (tmp_path / one.file.path).read_bytes() == content(one)
    assert not BinEntry.objects.exists()
