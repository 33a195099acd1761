"""Deleting, keeping, marking and retrying, one by one and in bulk; the counts stay right."""

import os

import pytest

from downloads.bin.purging import empty_bin
from downloads.cube import recount, stored_cells
from downloads.models import Download, StoredFile, Tombstone
from downloads.selectors import DownloadFilters
from downloads.services import bulk, delete_download, mark_upgraded, register_retry, retry_download, retrying, set_kept
from downloads.thumbnails import thumbnail_path
from mediadl.accounts.models import AuditEntry
from mediadl.api.errors import NotFoundError, ServiceUnavailableError, TransitionRefusedError
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def right_counts():
    """Whatever a test does, the cube equals a recount afterwards."""
    yield
    assert stored_cells() == recount()


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """A block after which what waits for the commit has run."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def with_files(root, count=3, **changes: object):
    """Downloads with files and thumbnails on disk."""
    downloads = add_downloads(count, root=root, has_thumbnail=True, **changes)
    for download in downloads:
        path = root / download.file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(download.file_size))
        thumbnail = thumbnail_path(download.file_hash)
        thumbnail.parent.mkdir(parents=True, exist_ok=True)
        thumbnail.write_bytes(b"thumbnail")
    return downloads


def test_deleting_a_record_leaves_its_file_and_remembers_the_item(tmp_path, commit):
    one, *_others = with_files(tmp_path)
    with commit():
        delete_download(download_id=one.pk)
    assert (tmp_path / one.file.path).exists()
    assert not thumbnail_path(one.file_hash).exists()
    assert Tombstone.objects.get().media_id == one.media_id
    assert not StoredFile.objects.filter(pk=one.file_id).exists()
    assert AuditEntry.objects.get().action == "download.delete"


def test_deleting_with_the_file_removes_it_and_empty_folders(tmp_path, commit):
    downloads = with_files(tmp_path, 2)
    for download in downloads:
        with commit():
            delete_download(download_id=download.pk, delete_file=True)
    assert [path.name for path in tmp_path.iterdir()] == [".recycled"]


def test_a_path_shared_by_records_stays_until_the_last_goes(tmp_path, commit):
    one, two, *_others = with_files(tmp_path)
    StoredFile.objects.filter(pk=two.file_id)
    Download.objects.filter(pk=two.pk).update(file=one.file, file_hash=one.file_hash)
    path = tmp_path / one.file.path
    with commit():
        delete_download(download_id=one.pk, delete_file=True)
    assert path.exists()
    assert thumbnail_path(one.file_hash).exists()
    with commit():
        delete_download(download_id=two.pk, delete_file=True)
    assert not path.exists()
    assert thumbnail_path(one.file_hash).exists()  # the recycle bin shows it
    empty_bin()
    assert not thumbnail_path(one.file_hash).exists()


def test_linked_bytes_stay_under_the_other_name(tmp_path, commit):
    one, two, *_others = with_files(tmp_path)
    second = tmp_path / two.file.path
    second.unlink()
    os.link(tmp_path / one.file.path, second)
    with commit():
        delete_download(download_id=one.pk, delete_file=True)
    assert second.exists()


def test_a_file_that_is_gone_already_does_not_matter(tmp_path, commit):
    one, *_others = with_files(tmp_path)
    (tmp_path / one.file.path).unlink()
    with commit():
        delete_download(download_id=one.pk, delete_file=True)
    assert not Download.objects.filter(pk=one.pk).exists()


def test_deleting_follows_no_link_out_of_the_media_folder(tmp_path, commit):
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "s").mkdir()
    (outside / "s" / "s_0.jpg").write_bytes(b"mine")
    (root / "web").symlink_to(outside)
    [one] = add_downloads(1, root=root)
    with commit():
        delete_download(download_id=one.pk, delete_file=True)
    assert (outside / "s" / "s_0.jpg").exists()


def test_forgetting_removes_an_older_memory(tmp_path):
    one, *_others = add_downloads(2)
    Tombstone.objects.create(platform=one.platform, media_id=one.media_id, deleted_at=one.download_date)
    delete_download(download_id=one.pk, forget=True)
    assert not Tombstone.objects.exists()


def test_kept_and_upgraded_marks():
    one, failed = add_downloads(2, status=lambda n: "failed" if n else "completed")
    set_kept(download_id=one.pk, kept=True)
    mark_upgraded(download_id=one.pk)
    one.refresh_from_db()
    assert (one.kept, one.upgraded) == (True, True)
    set_kept(download_id=one.pk, kept=False)
    assert not Download.objects.filter(kept=True).exists()
    with pytest.raises(TransitionRefusedError):
        mark_upgraded(download_id=failed.pk)


@pytest.mark.parametrize(
    "act",
    [
        lambda: delete_download(download_id=99),
        lambda: set_kept(download_id=99, kept=True),
        lambda: mark_upgraded(download_id=99),
        lambda: retry_download(download_id=99),
    ],
)
def test_what_is_not_there_is_not_found(act):
    with pytest.raises(NotFoundError):
        act()


def test_the_queue_says_how_a_retry_is_done(monkeypatch):
    monkeypatch.setattr(retrying, "_retry", [])
    done, failed = add_downloads(2, status=lambda n: "failed" if n else "completed")
    with pytest.raises(ServiceUnavailableError):
        retry_download(download_id=failed.pk)
    register_retry(lambda download, user: (download.pk, user))
    assert retry_download(download_id=failed.pk, user="eva") == (failed.pk, "eva")
    with pytest.raises(TransitionRefusedError):
        retry_download(download_id=done.pk)


def test_a_bulk_action_answers_for_each_that_failed():
    one, failed = add_downloads(2, status=lambda n: "failed" if n else "completed")
    result = bulk(action="mark_upgraded", ids=[one.pk, failed.pk, 99])
    assert (result.success, result.failed) == (1, 2)
    assert {error["id"]: error["error_code"] for error in result.errors} == {
        failed.pk: "INVALID_TRANSITION",
        99: "NOT_FOUND",
    }


def test_a_bulk_delete_by_filter_takes_all_that_match(tmp_path, commit):
    downloads = with_files(tmp_path, 250, source=lambda n: "a" if n % 2 else "b")
    with commit():
        result = bulk(action="delete", filters=DownloadFilters(source="a"), delete_files=True)
    assert (result.success, result.failed) == (125, 0)
    assert {path.name for path in tmp_path.glob("web/**/*.jpg")} == {
        row.filename.replace("evalongoria", "s") for row in downloads[::2]
    }
    assert Tombstone.objects.count() == 125


def test_a_bulk_keep_is_undone_by_unkeep():
    ids = [row.pk for row in add_downloads(3)]
    bulk(action="keep", ids=ids)
    assert Download.objects.filter(kept=True).count() == 3
    bulk(action="unkeep", ids=ids[:1])
    assert Download.objects.filter(kept=True).count() == 2
