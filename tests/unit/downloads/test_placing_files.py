"""Files get to their places under their names, durably and without overwriting anything."""

import os
from pathlib import Path

import pytest
from django.db import transaction

from downloads.cube import recount, stored_cells
from downloads.models import Download, StoredFile
from downloads.store import place_files, record_files, withdraw_files
from downloads.store_requests import PlacedFile, Placement
from mediadl import failpoints
from mediadl.media import FailureKind, MediaError, OutcomeKind, SkipReason
from tests.unit.downloads.builders import POST_DATE, fetched, media_item, picture_bytes, store_request

pytestmark = pytest.mark.django_db
FOLDER = Path("fastdl/evalongoria")
NAME = "evalongoria_20251012_141523_123456789.jpg"


@pytest.fixture(autouse=True)
def no_failpoints():
    """Armed points do not outlive their test."""
    yield
    failpoints.arm("")


@pytest.fixture
def record(django_capture_on_commit_callbacks):
    """Record placed files in a transaction of their own."""

    def record_and_commit(placed):
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            return record_files([file for file in placed if isinstance(file, PlacedFile)])

    return record_and_commit


@pytest.fixture
def store(record):
    """Place and record, as the committer does."""
    return lambda *requests: record(place_files(requests))


def files_below(root: Path) -> set[str]:
    """All files of the library, partial ones included."""
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_a_file_gets_the_name_folder_and_time_of_its_post(tmp_path, store):
    data = picture_bytes()
    [stored] = store(store_request(tmp_path, data))
    path = tmp_path / FOLDER / NAME
    assert path.read_bytes() == data
    assert path.stat().st_mtime == POST_DATE.timestamp()
    assert (stored.outcome, stored.filename) == (OutcomeKind.DOWNLOADED, NAME)
    download = Download.objects.get(pk=stored.download_id)
    assert (download.filename, download.file.path) == (NAME, str(FOLDER / NAME))
    assert download.file_hash == fetched(data).sha256
    assert files_below(tmp_path) == {str(FOLDER / NAME)}, "no partial file and no journal is left"


def test_without_a_post_the_servers_date_names_the_file(tmp_path, store):
    data = picture_bytes()
    moment = POST_DATE.replace(year=2024)
    request = store_request(tmp_path, data, media_item(post_date=None), fetch=fetched(data, last_modified=moment))
    [stored] = store(request)
    assert stored.filename == "evalongoria_20241012_141523_123456789.jpg"


def test_a_name_taken_by_other_bytes_gets_a_number(tmp_path, store):
    taken = tmp_path / FOLDER / NAME
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"somebody else's")
    [stored] = store(store_request(tmp_path, picture_bytes()))
    assert stored.filename == NAME.replace(".jpg", "-2.jpg")
    assert taken.read_bytes() == b"somebody else's"


def test_a_file_left_by_a_crash_is_adopted(tmp_path, store):
    data = picture_bytes()
    orphan = tmp_path / FOLDER / NAME
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(data)
    [stored] = store(store_request(tmp_path, data))
    assert stored.filename == NAME
    assert files_below(tmp_path) == {str(FOLDER / NAME)}


def test_the_same_bytes_are_one_copy_with_two_names_and_two_records(tmp_path, store):
    data = picture_bytes()
    store(store_request(tmp_path, data))
    [stored] = store(store_request(tmp_path, data, media_item("42")))
    assert (stored.outcome, stored.reason) == (OutcomeKind.SKIPPED, SkipReason.DUPLICATE_BYTES)
    first, second = tmp_path / FOLDER / NAME, tmp_path / FOLDER / stored.filename
    assert first.samefile(second)
    assert Download.objects.count() == StoredFile.objects.count() == 2
    assert Download.objects.get(pk=stored.download_id).metadata["same_bytes_as"] == NAME


def test_the_same_bytes_twice_in_one_group_are_one_copy(tmp_path, store):
    data = picture_bytes()
    first, second = store(store_request(tmp_path, data), store_request(tmp_path, data, media_item("42")))
    assert (tmp_path / FOLDER / first.filename).samefile(tmp_path / FOLDER / second.filename)


def test_a_damaged_copy_is_not_linked_to(tmp_path, store):
    data = picture_bytes()
    store(store_request(tmp_path, data))
    (tmp_path / FOLDER / NAME).write_bytes(data[:-1] + b"?")
    [stored] = store(store_request(tmp_path, data, media_item("42")))
    assert stored.outcome is OutcomeKind.DOWNLOADED
    assert (tmp_path / FOLDER / stored.filename).read_bytes() == data


def test_where_links_are_impossible_both_records_share_the_path(tmp_path, monkeypatch, store):
    data = picture_bytes()
    store(store_request(tmp_path, data))

    def no_links(*_args: object, **_kwargs: object):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    [stored] = store(store_request(tmp_path, data, media_item("42")))
    assert StoredFile.objects.count() == 1
    assert Download.objects.get(pk=stored.download_id).file.path == str(FOLDER / NAME)
    assert stored.outcome is OutcomeKind.SKIPPED
    assert files_below(tmp_path) == {str(FOLDER / NAME)}


def test_a_media_item_that_is_recorded_is_not_stored_again(tmp_path, store):
    [first] = store(store_request(tmp_path, picture_bytes(1)))
    [again] = store(store_request(tmp_path, picture_bytes(2)))
    assert (again.download_id, again.outcome, again.reason) == (
        first.download_id,
        OutcomeKind.SKIPPED,
        SkipReason.KNOWN,
    )
    assert files_below(tmp_path) == {str(FOLDER / NAME)}


def test_a_media_item_twice_in_one_group_is_stored_once(tmp_path, store):
    one = store_request(tmp_path, picture_bytes(1))
    two = store_request(tmp_path, picture_bytes(2), media_item(candidates=("https://cdn.example.org/other.jpg",)))
    first, second = store(one, two)
    assert first.download_id == second.download_id
    assert (first.outcome, second.outcome) == (OutcomeKind.DOWNLOADED, OutcomeKind.SKIPPED)
    assert files_below(tmp_path) == {str(FOLDER / NAME)}


def test_two_drains_that_place_the_same_media_item_leave_one_file_and_one_record(tmp_path, record):
    one = place_files([store_request(tmp_path, picture_bytes(1))])
    two = place_files([store_request(tmp_path, picture_bytes(2))])
    [first] = record(one)
    [second] = record(two)
    assert first.download_id == second.download_id
    assert second.outcome is OutcomeKind.SKIPPED
    library = {name for name in files_below(tmp_path) if not name.startswith(".partial/")}
    assert library == {str(FOLDER / NAME)}
    assert not list(tmp_path.glob(".partial/*.placing"))


def test_a_record_whose_file_is_missing_takes_the_new_one(tmp_path, store):
    [first] = store(store_request(tmp_path, picture_bytes(1)))
    (tmp_path / FOLDER / NAME).unlink()
    data = picture_bytes(2)
    [second] = store(store_request(tmp_path, data))
    assert second.download_id == first.download_id
    assert second.outcome is OutcomeKind.DOWNLOADED
    download = Download.objects.get()
    assert (download.file_hash, download.file.sha256) == (fetched(data).sha256, fetched(data).sha256)
    assert stored_cells() == recount()


def test_files_that_are_not_recorded_go_back(tmp_path):
    request = store_request(tmp_path, picture_bytes())
    placed = place_files([request])
    withdraw_files(placed)
    assert request.partial.read_bytes() == picture_bytes()
    assert files_below(tmp_path) == {f".partial/{request.partial.name}"}


def test_a_link_is_taken_back_without_touching_the_bytes_it_shared(tmp_path, store):
    data = picture_bytes()
    store(store_request(tmp_path, data))
    withdraw_files(place_files([store_request(tmp_path, data, media_item("42"))]))
    assert files_below(tmp_path) == {str(FOLDER / NAME)}


@pytest.mark.parametrize("inner", ["fastdl", "fastdl/evalongoria"])
def test_a_link_inside_the_media_folder_is_not_followed(tmp_path, inner):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    request = store_request(root, picture_bytes())
    outside.mkdir()
    (root / inner).parent.mkdir(exist_ok=True)
    (root / inner).symlink_to(outside)
    [error] = place_files([request])
    assert isinstance(error, MediaError)
    assert (error.kind, error.code) == (FailureKind.REFUSED, "UNSAFE_PATH")
    assert not list(outside.iterdir())
    assert request.partial.exists()


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path, store):
    request = store_request(tmp_path, picture_bytes())
    secret = tmp_path / "secret"
    secret.write_bytes(b"mine")
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / NAME).symlink_to(secret)
    [stored] = store(request)
    assert stored.filename == NAME.replace(".jpg", "-2.jpg")
    assert secret.read_bytes() == b"mine"


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    good, bad = store_request(tmp_path, picture_bytes(1)), store_request(tmp_path, picture_bytes(2), media_item("42"))
    bad.partial.unlink()
    first, second = place_files([good, bad])
    assert isinstance(first, PlacedFile)
    assert isinstance(second, MediaError)
    assert second.kind is FailureKind.DISK
    assert "/" not in second.detail


@pytest.mark.parametrize("point", ["store.before_sync", "store.before_rename", "store.before_rename=raise@1"])
def test_a_failure_on_the_way_puts_everything_back(tmp_path, point):
    requests = [store_request(tmp_path, picture_bytes(n), media_item(str(n))) for n in range(3)]
    failpoints.arm(point if "=" in point else f"{point}=raise")
    with pytest.raises(failpoints.FailpointReached):
        place_files(requests)
    assert files_below(tmp_path) == {f".partial/{request.partial.name}" for request in requests}


def test_a_failure_after_renaming_puts_everything_back(tmp_path, store):
    requests = [store_request(tmp_path, picture_bytes(1), media_item(str(n))) for n in range(3)]  # links too
    failpoints.arm("store.after_rename=raise")
    with pytest.raises(failpoints.FailpointReached):
        place_files(requests)
    assert files_below(tmp_path) == {f".partial/{request.partial.name}" for request in requests}
    assert [stored.outcome for stored in store(*requests)].count(OutcomeKind.DOWNLOADED) == 1


def test_a_commit_that_fails_can_be_repeated(tmp_path, record):
    placed = place_files([store_request(tmp_path, picture_bytes())])
    failpoints.arm("store.before_commit=raise")
    with pytest.raises(failpoints.FailpointReached), transaction.atomic():
        record_files(placed)
    assert not Download.objects.exists()
    [stored] = record(placed)
    assert stored.outcome is OutcomeKind.DOWNLOADED
    assert placed[0].placement is Placement.RENAMED
    assert stored_cells() == recount()


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused(tmp_path):
    placed = place_files([store_request(tmp_path, picture_bytes())])
    with pytest.raises(transaction.TransactionManagementError):
        record_files(placed)
