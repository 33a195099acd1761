"""The library never takes more than its limit: downloading stops, or the oldest files go."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from downloads import cleanup_batches
from downloads.cube import recount, stored_cells, total_bytes
from downloads.known import known_media
from downloads.limits import is_over_limit, limit_problem, make_room, preview_limit, refuse_what_does_not_fit
from downloads.media_root import free_space_problem
from downloads.models import Download
from downloads.store import PlacedFile, place_files, record_files
from mediadl.accounts.models import AuditEntry
from mediadl.configuration.services import change
from mediadl.media import FailureKind, MediaError, SkipReason
from tests.unit.downloads.builders import media_item, picture_bytes, store_request
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db(transaction=True)

GB = 1024**3


@pytest.fixture(autouse=True)
def right_counts():
    yield
    assert stored_cells() == recount()


def limit(gigabytes: int, action: str = "stop") -> None:
    change({"general": {"storage_limit_gb": gigabytes, "storage_limit_action": action}}, user=None)


def library(root: Path, count: int, size: int, **changes: Any) -> list[Download]:
    """Records that say ``size`` each, with short files in their places."""
    downloads = add_downloads(count, root=root, file_size=size, **changes)
    for download in downloads:
        path = root / download.file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return downloads


def test_without_a_limit_everything_fits(tmp_path: Path):
    library(tmp_path, 3, 100 * GB)

    assert limit_problem(GB) is None
    assert refuse_what_does_not_fit([GB, GB]) == [None, None]


def test_stop_refuses_exactly_what_would_go_beyond_the_limit(tmp_path: Path):
    library(tmp_path, 1, GB - 10)
    limit(1)

    assert limit_problem(10) is None
    problem = limit_problem(11)
    assert problem is not None
    assert (problem.kind, problem.code, problem.needed_bytes) == (FailureKind.DISK, "STORAGE_LIMIT", 11)
    assert free_space_problem(tmp_path, needed_bytes=11).code == "STORAGE_LIMIT"
    fits = [problem is None for problem in refuse_what_does_not_fit([4, 7, 6, 1])]
    assert fits == [True, False, True, False]
    assert Download.objects.count() == 1


def test_a_file_larger_than_the_limit_is_refused_for_good_and_stops_nothing(tmp_path: Path):
    limit(1)

    (problem,) = refuse_what_does_not_fit([2 * GB])
    assert problem is not None
    assert (problem.kind, problem.code) == (FailureKind.REFUSED, "OVER_STORAGE_LIMIT")
    limit(1, "remove_oldest")
    library(tmp_path, 1, GB)
    assert limit_problem(2 * GB).kind is FailureKind.REFUSED
    refuse_what_does_not_fit([2 * GB])
    assert Download.objects.count() == 1


def test_storing_stops_at_the_limit_whatever_a_site_said_about_sizes(tmp_path: Path):
    data = [picture_bytes(seed) for seed in range(3)]
    library(tmp_path, 1, GB - len(data[0]) - len(data[1]))
    limit(1)
    requests = [store_request(tmp_path, one, media_item(f"new{n}")) for n, one in enumerate(data)]

    first, second, third = place_files(requests)
    with transaction.atomic():
        record_files([one for one in (first, second, third) if isinstance(one, PlacedFile)])

    assert isinstance(third, MediaError)
    assert third.code == "STORAGE_LIMIT"
    assert requests[2].partial.read_bytes() == data[2]
    assert total_bytes() == GB


def test_remove_oldest_makes_room_for_a_new_file(tmp_path: Path):
    data = picture_bytes(1)
    oldest, middle, newest = library(tmp_path, 3, GB // 3)
    limit(1, "remove_oldest")
    request = store_request(tmp_path, data, media_item("new"))

    (placed,) = place_files([request])
    assert isinstance(placed, PlacedFile)
    with transaction.atomic():
        record_files([placed])

    assert not (tmp_path / oldest.file.path).exists()
    assert set(Download.objects.values_list("media_id", flat=True)) == {middle.media_id, newest.media_id, "new"}
    assert total_bytes() <= GB
    known = known_media("instagram", [media_item(oldest.media_id)])
    assert known[oldest.media_id].reason is SkipReason.TOMBSTONE


def test_a_limit_with_a_thousand_files_holds_and_removes_none_that_is_kept(tmp_path: Path):
    downloads = library(tmp_path, 1000, 2 * 1024**2, kept=lambda number: number % 3 == 0)
    limit(1, "remove_oldest")
    assert is_over_limit()
    preview = preview_limit()

    removal = make_room(seconds=60)

    assert not is_over_limit()
    assert (removal.files, removal.bytes, removal.finished) == (preview.files, preview.bytes, True)
    assert GB - 2 * 1024**2 < total_bytes() <= GB
    left = set(Download.objects.values_list("pk", flat=True))
    gone = [one for one in downloads if one.pk not in left]
    assert not any(one.kept for one in gone)
    assert gone == [one for one in downloads if not one.kept][: len(gone)]
    assert preview.first == tuple(one.pk for one in gone[:100])
    assert not any((tmp_path / one.file.path).exists() for one in gone)


def test_it_works_in_bounded_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cleanup_batches, "BATCH_ROWS", 2)
    library(tmp_path, 6, GB)
    limit(1, "remove_oldest")

    first = make_room(seconds=0)
    assert (first.files, first.finished) == (2, False)
    problem = limit_problem(1)
    assert problem is not None
    assert "being removed" in problem.detail
    assert make_room().files == 3
    assert limit_problem() is None
    entries = AuditEntry.objects.filter(action="download.storage_limit")
    assert [len(entry.detail["ids"]) for entry in entries.order_by("id")] == [2, 2, 1]


def test_nothing_is_removed_in_vain(tmp_path: Path):
    library(tmp_path, 3, GB, kept=lambda number: number > 0)
    limit(1, "remove_oldest")

    assert make_room().files == 0
    assert preview_limit().files == 0
    assert Download.objects.count() == 3
    assert limit_problem(1).kind is FailureKind.DISK


def test_only_the_setting_removes_anything(tmp_path: Path):
    library(tmp_path, 3, GB)
    limit(1)

    assert make_room().files == 0
    assert not is_over_limit()
    assert Download.objects.count() == 3
