"""What failed for good is recorded once, and never in place of what is there."""

import pytest
from django.db import transaction

from downloads.cube import recount, stored_cells
from downloads.models import Download
from downloads.store import FailureRecord, place_files, record_failures, record_files
from mediadl.media import FailureKind, MediaError, MediaItem, OutcomeKind
from tests.unit.downloads.builders import failure, media_item, picture_bytes, store_request

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def right_counts():
    """The cube equals a recount afterwards."""
    yield
    assert stored_cells() == recount()


def record(*failures: FailureRecord):
    """Record failures in a transaction."""
    with transaction.atomic():
        return record_failures(failures)


def test_a_failure_is_a_download_without_a_file():
    [pk] = record(failure())
    download = Download.objects.get()
    assert (download.pk, download.status, download.filename, download.file_size) == (pk, "failed", None, 0)
    assert (download.error_code, download.error) == ("HTTP_404", "The site says that the file is gone.")


def test_a_later_failure_takes_the_earlier_ones_place():
    [first] = record(failure())
    [second] = record(failure(error=MediaError(FailureKind.REFUSED, "NOT_MEDIA", "A web page."), attempts=3))
    download = Download.objects.get()
    assert (first, second) == (download.pk, download.pk)
    assert (download.error_code, download.attempts) == ("NOT_MEDIA", 3)


def test_the_same_item_twice_in_one_group_is_one_record():
    assert len(set(record(failure(), failure(), failure("other")))) == 2


def test_a_failure_never_overwrites_a_stored_file(tmp_path):
    placed = place_files([store_request(tmp_path, picture_bytes(), media_item("gone"))])
    with transaction.atomic():
        [stored] = record_files(placed)
    assert record(failure("gone")) == [stored.download_id]
    assert Download.objects.get().status == "completed"


def test_a_failed_item_that_comes_after_all_keeps_its_record(tmp_path):
    [pk] = record(failure("gone"))
    placed = place_files([store_request(tmp_path, picture_bytes(), media_item("gone"))])
    with transaction.atomic():
        [stored] = record_files(placed)
    assert (stored.download_id, stored.outcome) == (pk, OutcomeKind.DOWNLOADED)
    download = Download.objects.get()
    assert (download.status, download.error, download.error_code) == ("completed", "", "")


def test_texts_that_no_database_takes_are_cleaned():
    item = MediaItem(
        media_id="a\0b",
        page_url="https://example.org/\udc80",
        candidates=("not a url\0",),
        content_type="post",
        metadata={"caption": "x\0y\ud800", "list": [float("nan"), {"deep\0": 1}], "other": object},
    )
    record(failure(item=item, error=MediaError(FailureKind.GONE, "GONE", "a\0" + "é" * 5000)))
    download = Download.objects.get()
    assert download.media_id == "ab"
    assert download.metadata["caption"] == "xy?"
    assert download.metadata["list"] == [None, {"deep": 1}]
    assert len(download.error) == 2000
