"""A kill anywhere between renaming and committing loses nothing and doubles nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction

from downloads.cube import recount, stored_cells
from downloads.models import Download, StoredFile
from downloads.store import heal, place_files, record_files
from tests.unit.downloads.builders import media_item, picture_bytes, store_request

FOLDER = "fastdl/evalongoria"
COMMITTER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
import django
django.setup()
from pathlib import Path
from django.db import connections, transaction
connections["default"].settings_dict["NAME"] = sys.argv[2]
from mediadl import failpoints
from tests.unit.downloads.builders import media_item, picture_bytes, store_request
from downloads.store import place_files, record_files
requests = [store_request(Path(sys.argv[1]), picture_bytes(n), media_item(str(n))) for n in range(5)]
failpoints.arm(sys.argv[3])
placed = place_files(requests)
with transaction.atomic():
    record_files(placed)
print("committed")
"""


def run_committer(root: Path, failpoint: str) -> subprocess.CompletedProcess:
    """Store five files in another process, which a failpoint kills on the way."""
    command = [sys.executable, "-c", COMMITTER, str(root), str(connection.settings_dict["NAME"]), failpoint]
    return subprocess.run(command, env=dict(os.environ), capture_output=True, check=False, text=True)


def library(root: Path) -> list[str]:
    """The stored files by name."""
    return sorted(path.name for path in (root / FOLDER).glob("*") if path.is_file())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "point",
    ["store.before_sync", "store.before_rename@2", "store.after_rename", "store.before_commit"],
)
def test_after_a_kill_every_file_is_recorded_or_still_partial(tmp_path, point):
    name, _, passes = point.partition("@")
    done = run_committer(tmp_path, f"{name}=kill" + (f"@{passes}" if passes else ""))
    assert done.returncode == -9, done.stderr
    assert not Download.objects.exists()
    partials = {path.name for path in (tmp_path / ".partial").glob("*.part")}
    report = heal(needed_keys=[name.split(".")[0] for name in partials])
    placed = library(tmp_path)
    assert report.adopted_files == len(placed) == Download.objects.count() == StoredFile.objects.count()
    assert len(placed) + len(partials) == 5
    for download in Download.objects.select_related("file"):
        assert (tmp_path / download.file.path).stat().st_size == download.file_size
        assert (tmp_path / download.file.path).read_bytes() == picture_bytes(int(download.media_id))
    assert stored_cells() == recount()
    assert not list(tmp_path.glob(".partial/*.placing"))

    again = run_committer(tmp_path, "")  # the queue goes on: what is stored stays, the rest comes
    assert again.stdout == "committed\n", again.stderr
    assert Download.objects.count() == StoredFile.objects.count() == len(library(tmp_path)) == 5
    assert not list((tmp_path / ".partial").iterdir())
    assert stored_cells() == recount()


@pytest.mark.django_db(transaction=True)
@pytest.mark.django_db
def test_files_of_a_living_process_are_left_alone(tmp_path):
    placed = place_files([store_request(tmp_path, picture_bytes())])
    assert heal(needed_keys=[]).adopted_files == 0
    assert list(tmp_path.glob(".partial/*.placing"))
    placed[0].journal.remove()


@pytest.mark.django_db
def test_a_file_that_another_run_recorded_is_not_adopted(tmp_path):
    placed = place_files([store_request(tmp_path, picture_bytes())])
    with transaction.atomic():  # committed, but the process died before its journal went
        record_files(placed)
    placed[0].journal.close()
    assert heal(needed_keys=[]).adopted_files == 0
    assert Download.objects.count() == 1
    assert not list(tmp_path.glob(".partial/*.placing"))


@pytest.mark.django_db
def test_a_damaged_journal_does_not_stop_the_start(tmp_path):
    placed = place_files([store_request(tmp_path, picture_bytes()), store_request(tmp_path, b"x", media_item("2"))])
    path = placed[0].journal.path
    placed[0].journal.close()
    path.write_bytes(b'{"row": {\n' + path.read_bytes()[:-40])
    assert heal(needed_keys=[]).adopted_files == 1
    assert not path.exists()
