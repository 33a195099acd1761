"""Files older than the setting says go unless they are kept, as if a person had deleted them."""

from datetime import timedelta
from pathlib import Path

import pytest

from downloads import cleanup_batches
from downloads.cleanup import clean_up, preview_cleanup
from downloads.cube import recount, stored_cells
from downloads.models import Download, MediaRoot, Tombstone
from mediadl import clock
from mediadl.accounts.models import AuditEntry
from mediadl.configuration.services import change
from tests.unit.downloads.library import START, add_downloads
from tests.unit.downloads.test_changing_downloads import with_files

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def ten_days_later():
    """Downloads are an hour apart from START on; now is ten days and half an hour later."""
    with clock.clock_set_to(lambda: START + 10 * DAY + timedelta(minutes=30)):
        yield
        assert stored_cells() == recount()


def clean_up_after(days: int) -> None:
    change({"general": {"auto_cleanup_days": days}}, user=None)


def test_nothing_goes_by_default(tmp_path: Path):
    with_files(tmp_path)

    assert clean_up().files == 0
    assert preview_cleanup().files == 0
    assert Download.objects.count() == 3


def test_what_is_older_than_the_setting_goes_with_its_file_and_stays_remembered(tmp_path: Path):
    old, younger = with_files(tmp_path, 2)
    clean_up_after(10)

    removal = clean_up()

    assert (removal.files, removal.bytes, removal.finished) == (1, old.file_size, True)
    assert list(Download.objects.all()) == [younger]
    assert not (tmp_path / old.file.path).exists()
    assert (tmp_path / younger.file.path).exists()
    assert Tombstone.objects.get().media_id == old.media_id


def test_kept_and_failed_ones_stay(tmp_path: Path):
    with_files(tmp_path, 2, kept=lambda number: number == 0)
    failed = add_downloads(1, root=tmp_path, start=10, status="failed")
    clean_up_after(1)

    assert clean_up().files == 1
    assert sorted(Download.objects.values_list("media_id", flat=True)) == ["0", failed[0].media_id]


def test_the_preview_tells_exactly_what_will_go(tmp_path: Path):
    downloads = with_files(tmp_path, 5, kept=lambda number: number == 1)
    clean_up_after(9)

    preview = preview_cleanup()
    assert preview.first == tuple(one.pk for one in downloads if not one.kept)
    assert preview.oldest == downloads[0].download_date
    assert Download.objects.count() == 5

    removal = clean_up()
    assert (removal.files, removal.bytes) == (preview.files, preview.bytes)
    assert preview_cleanup(days=9).files == 0


def test_it_works_in_bounded_batches_and_goes_on_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cleanup_batches, "BATCH_ROWS", 4)
    with_files(tmp_path, 10)
    clean_up_after(1)

    first = clean_up(seconds=0)
    assert (first.files, first.finished) == (4, False)
    assert clean_up().files == 6
    batches = AuditEntry.objects.filter(action="download.cleanup").order_by("id")
    assert [len(entry.detail["ids"]) for entry in batches] == [4, 4, 2]
    assert batches[0].detail["older_than_days"] == 1


def test_files_on_a_disk_that_is_away_keep_their_records(tmp_path: Path):
    here, away = tmp_path / "here", tmp_path / "away"
    with_files(here, 1)
    add_downloads(1, start=1, root=away)
    away.mkdir()  # the empty mount point
    clean_up_after(1)

    assert clean_up().files == 1
    assert Download.objects.get().file.root == MediaRoot.objects.get(path=str(away))


def test_the_log_tells_how_many_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr("downloads.cleanup.log", LogOf(told))
    with_files(tmp_path, 2)
    clean_up_after(1)

    clean_up()
    clean_up()

    assert told == [("Removed files that were too old", {"files": 2, "bytes": 2001, "older_than_days": 1})]


class LogOf:
    """Keeps the lines."""

    def __init__(self, lines: list[tuple[str, dict[str, object]]]) -> None:
        self.lines = lines

    def info(self, message: str, **values: object) -> None:
        self.lines.append((message, values))
