"""The strip shows each file, and a bar where there are too many."""

from mediadl.ui.presenters.strip import strip_of
from queue_app.models import QueueItem
from queue_app.states import Status


def _item(status: Status = Status.DOWNLOADING, **columns: object) -> QueueItem:
    return QueueItem(status=status.value, **columns)


def test_one_segment_stands_for_each_file_in_the_order_of_the_listing():
    item = _item(items_total=6, items_downloaded=2, items_skipped=1, items_failed=1, progress=75)
    strip = strip_of(item, ["downloaded", "skipped", "failed", "downloaded", "listed", "listed"])
    assert strip.segments == ["full", "skipped", "failed", "full", "now", "to-come"]
    assert strip.now_percent == 50
    assert strip.label == "4 of 6 files"


def test_without_outcomes_the_counts_tell():
    strip = strip_of(_item(Status.COMPLETED, items_total=5, items_downloaded=3, items_skipped=2))
    assert strip.segments == ["full"] * 3 + ["skipped"] * 2
    assert strip.tone == "done"


def test_over_forty_files_are_one_bar():
    strip = strip_of(_item(items_total=41, items_downloaded=20, progress=49))
    assert (strip.shape, strip.percent) == ("bar", 49)


def test_an_unfinished_listing_moves():
    strip = strip_of(_item(items_listed=31))
    assert strip.shape == "listing"
    assert "31" in strip.label


def test_what_waits_is_hatched_and_what_failed_ends_hard():
    assert strip_of(_item(Status.PENDING)).shape == "waiting"
    failed = strip_of(_item(Status.FAILED, items_total=10, items_downloaded=3, progress=38))
    assert (failed.shape, failed.tone, failed.percent) == ("bar", "failed", 38)


def test_a_paused_item_is_grey_and_keeps_its_part():
    strip = strip_of(_item(Status.PAUSED, items_total=4, items_downloaded=1, progress=40), ["downloaded"])
    assert strip.tone == "paused"
    assert strip.segments == ["full", "now", "to-come", "to-come"]
    assert strip.now_percent == 60
