"""A sure larger copy takes the smaller one's place; undo gives back the very bytes; a crash loses neither."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from downloads.bin.entries import BIN_FOLDER
from downloads.bin.moving import recover_bin
from downloads.bin.purging import empty_bin
from downloads.cube import recount, stored_cells
from downloads.known import known_media
from downloads.models import BinEntry, BinState, Download, MediaAlias, UpgradeCase, UpgradeStatus
from downloads.services import delete_download, set_kept
from downloads.services.restoring import restore
from downloads.upgrade.deciding import decide
from downloads.upgrade.undoing import undo_replacement
from mediadl import failpoints
from mediadl.api.errors import TransitionRefusedError
from mediadl.configuration import services as configuration
from mediadl.events.models import OutboxEvent
from tests.unit.downloads.builders import media_item
from tests.unit.downloads.upgrade.albums import LARGE, SMALL, content, jpeg, look_at_all, same_picture_twice, store
from tests.unit.downloads.upgrade.pairs import drawn_scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def right_counts():
    """Whatever a test does, the cube equals a recount afterwards."""
    yield
    failpoints.arm("")
    assert stored_cells() == recount()


def all_files(root: Path) -> set[bytes]:
    """The contents of all files below the root, the bin's too."""
    return {path.read_bytes() for path in root.rglob("*.jpg")}


def test_the_record_stays_and_shows_the_larger_file(tmp_path):
    small, large = same_picture_twice(tmp_path)
    before, larger = content(small), content(large)
    look_at_all()
    now = Download.objects.get()
    assert (now.pk, now.media_id, now.upgraded) == (small.pk, small.media_id, True)
    assert (now.width, now.height, now.file_hash) == (900, 675, large.file_hash)
    assert content(now) == larger
    assert now.metadata["upgraded_from"] == {"downloader": SMALL, "resolution": "400x300"}
    entry = BinEntry.objects.get()
    assert (entry.reason, entry.state, entry.download_id) == ("replaced", BinState.HELD, small.pk)
    assert (tmp_path / entry.bin_path).read_bytes() == before
    assert not (tmp_path / small.file.path).exists()
    event = OutboxEvent.objects.get(type="download_upgraded")
    assert f'"download_id":{small.pk}' in event.data


def test_the_larger_ones_id_is_known_from_then_on(tmp_path):
    small, large = same_picture_twice(tmp_path)
    look_at_all()
    known = known_media("instagram", [media_item(large.media_id), media_item(small.media_id)])
    assert {media_id: one.download_id for media_id, one in known.items()} == {
        large.media_id: small.pk,
        small.media_id: small.pk,
    }
    delete_download(download_id=small.pk, delete_file=True)
    again = known_media("instagram", [media_item(large.media_id)])
    assert again[large.media_id].reason == "tombstone"


def test_undo_gives_back_the_very_bytes_and_keeps_the_larger_in_the_bin(tmp_path):
    small, large = same_picture_twice(tmp_path)
    before, larger = content(small), content(large)
    look_at_all()
    set_kept(download_id=small.pk, kept=True)
    undo_replacement(case_id=UpgradeCase.objects.get().pk)
    now = Download.objects.get()
    assert content(now) == before
    assert (now.pk, now.width, now.upgraded, now.downloader, now.kept) == (small.pk, 400, False, SMALL, True)
    assert now.file_hash == small.file_hash
    entry = BinEntry.objects.get()
    assert (tmp_path / entry.bin_path).read_bytes() == larger
    assert UpgradeCase.objects.get().status == UpgradeStatus.UNDONE
    assert MediaAlias.objects.get().media_id == large.media_id  # it is not fetched again
    with pytest.raises(TransitionRefusedError):
        undo_replacement(case_id=UpgradeCase.objects.get().pk)


def test_restoring_the_replaced_file_from_the_bin_is_undo(tmp_path):
    small, _large = same_picture_twice(tmp_path)
    before = content(small)
    look_at_all()
    assert restore(entry_id=BinEntry.objects.get().pk) == [small.pk]
    assert content(small) == before


def test_without_the_old_file_there_is_no_undo(tmp_path):
    small, large = same_picture_twice(tmp_path)
    larger = content(large)
    look_at_all()
    empty_bin()
    with pytest.raises(TransitionRefusedError):
        undo_replacement(case_id=UpgradeCase.objects.get().pk)
    assert content(small) == larger
    assert UpgradeCase.objects.get().status == UpgradeStatus.REPLACED


def test_a_kept_picture_is_not_replaced_without_asking(tmp_path):
    small, large = same_picture_twice(tmp_path)
    set_kept(download_id=small.pk, kept=True)
    look_at_all()
    case = UpgradeCase.objects.get()
    assert (case.status, case.reason) == (UpgradeStatus.REVIEW, "kept")
    assert Download.objects.count() == 2
    decide(case_id=case.pk, decision="both")
    assert {content(small), content(large)} == all_files(tmp_path)


def test_switched_off_nothing_is_looked_for(tmp_path):
    configuration.change({"platforms": {"instagram": {"toolzu": {"auto_upgrade": False}}}}, user=None)
    same_picture_twice(tmp_path)
    assert not UpgradeCase.objects.exists()
    look_at_all()
    assert Download.objects.count() == 2


def test_pictures_of_other_days_and_sources_are_left_alone(tmp_path):
    scene = drawn_scene(1)
    store(tmp_path, jpeg(scene, 400), "11", SMALL, hours=-40)
    store(tmp_path, jpeg(scene, 900), "12", LARGE)
    look_at_all()
    assert Download.objects.filter(upgraded=False).count() == 2
    assert not UpgradeCase.objects.exists()


def test_an_upscaled_copy_replaces_nothing(tmp_path):
    scene = drawn_scene(1)
    small = jpeg(scene, 400)
    store(tmp_path, small, "11", SMALL)
    store(tmp_path, jpeg(scene.resize((400, 300)), 900), "12", LARGE)
    look_at_all()
    assert Download.objects.filter(upgraded=False).count() == 2


def test_an_unsure_pair_waits_and_both_answers_work(tmp_path):
    scene = drawn_scene(1)
    cut = scene.crop((0, 0, scene.width - 20, scene.height))
    small = store(tmp_path, jpeg(scene, 400), "11", SMALL)
    store(tmp_path, jpeg(cut, 900), "12", LARGE)
    look_at_all()
    case = UpgradeCase.objects.get()
    assert case.status == UpgradeStatus.REVIEW
    larger = content(case.candidate)
    decide(case_id=case.pk, decision="replace")
    assert content(small) == larger
    assert UpgradeCase.objects.get().status == UpgradeStatus.REPLACED
    with pytest.raises(TransitionRefusedError):
        decide(case_id=case.pk, decision="both")


def test_not_the_same_drops_a_copy_that_was_fetched_of_the_same_item(tmp_path):
    scene = drawn_scene(1)
    cut = scene.crop((0, 0, scene.width - 20, scene.height))
    small = store(tmp_path, jpeg(scene, 400), "11", SMALL)
    store(tmp_path, jpeg(cut, 900), "11_toolzu", LARGE)
    look_at_all()
    decide(case_id=UpgradeCase.objects.get().pk, decision="refuse")
    assert Download.objects.get() == small
    assert MediaAlias.objects.get().media_id == "11_toolzu"
    assert BinEntry.objects.get().media_type == "image"


RUNNER = """
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
LOOK = "from downloads.upgrade.looking import look; look(seconds=60)"
UNDO = "from downloads.upgrade.undoing import undo_replacement; undo_replacement(case_id={pk})"


def run_until(point: str, do: str) -> None:
    """Run ``do`` in a process that the failpoint kills."""
    command = [sys.executable, "-c", RUNNER.format(do=do), str(connection.settings_dict["NAME"]), f"{point}=kill"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == -9, done.stderr


REPLACING = [
    "upgrade.before_commit",
    "upgrade.after_commit",
    "bin.before_rename",
    "bin.after_rename",
    "bin.before_settle",
]


@pytest.mark.parametrize("point", REPLACING)
@pytest.mark.parametrize("action", ["raise", "kill"])
def test_a_crash_while_replacing_loses_neither_file(tmp_path, point, action):
    small, large = same_picture_twice(tmp_path)
    both = {content(small), content(large)}
    if action == "kill":
        run_until(point, LOOK)
    else:
        failpoints.arm(f"{point}=raise")
        with pytest.raises(failpoints.FailpointReached):
            look_at_all()
    assert all_files(tmp_path) == both
    recover_bin()
    look_at_all()
    assert all_files(tmp_path) == both
    assert content(Download.objects.get()) == content_of_larger(both)
    assert [path.read_bytes() for path in (tmp_path / BIN_FOLDER).iterdir()] == [min(both, key=len)]


@pytest.mark.parametrize(
    "point", ["bin.before_restore", "bin.after_restore", "upgrade.before_undo_commit", "bin.before_rename"]
)
@pytest.mark.parametrize("action", ["raise", "kill"])
def test_a_crash_while_undoing_loses_neither_file(tmp_path, point, action):
    small, large = same_picture_twice(tmp_path)
    both = {content(small), content(large)}
    look_at_all()
    pk = UpgradeCase.objects.get().pk
    if action == "kill":
        run_until(point, UNDO.format(pk=pk))
    else:
        failpoints.arm(f"{point}=raise")
        with pytest.raises(failpoints.FailpointReached):
            undo_replacement(case_id=pk)
    recover_bin()
    assert all_files(tmp_path) == both
    if UpgradeCase.objects.get().status == UpgradeStatus.REPLACED:
        undo_replacement(case_id=pk)
    assert content(small) == min(both, key=len)
    assert all_files(tmp_path) == both


def content_of_larger(both: set[bytes]) -> bytes:
    """The larger file."""
    return max(both, key=len)
