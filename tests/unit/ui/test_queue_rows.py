"""A queue row says how its item stands, and why it waits."""

from datetime import timedelta

import pytest
from django.db import transaction

from mediadl import clock
from mediadl.events.progress import progress_key
from mediadl.events.services import publish
from mediadl.ui.presenters.queue_row import row_of, rows_of
from queue_app.states import Status
from tests.unit.ui.rows import make_download, make_item

pytestmark = pytest.mark.django_db


def _standing(**columns: object):
    return row_of(make_item(**columns)).standing


@pytest.mark.parametrize(
    ("reason", "phrase"),
    [
        ("", "Waits its turn"),
        ("slots_busy", "Waits for a free transfer"),
        ("rate_limited", "Waits for the hourly limit"),
        ("platform_down", "Waits: the site does not answer"),
        ("platform_disabled", "Waits: the platform is switched off"),
        ("disk_full", "Waits: the disk is full"),
    ],
)
def test_each_reason_to_wait_has_words(reason, phrase):
    assert _standing(reason=reason).phrase == phrase


def test_a_retry_names_its_time_its_number_and_the_cause():
    soon = clock.now() + timedelta(minutes=9)
    standing = _standing(reason="retry_wait", next_attempt_at=soon, attempts=1, error_message="No answer within 30 s.")
    assert standing.phrase == "Tries again at"
    assert standing.until == soon
    assert standing.facts == ["Try 2 of 4", "No answer within 30 s."]


def test_a_retry_whose_time_has_come_does_not_name_the_past():
    past = clock.now() - timedelta(seconds=1)
    assert _standing(reason="retry_wait", next_attempt_at=past).phrase == "Tries again now"


def test_a_running_item_tells_files_speed_and_time_left():
    item = make_item(Status.DOWNLOADING, items_total=20, items_listed=20, items_downloaded=10, items_skipped=2)
    with transaction.atomic():
        data = {"queue_id": item.pk, "speed_mbps": 20.0, "eta_seconds": 45, "current_item": "a.jpg"}
        publish("download_progress", data, key=progress_key(item.pk))
    standing = rows_of([item])[0].standing
    assert standing.phrase == "12 of 20"
    assert standing.facts == ["2.5 MB/s", "45 s left"]


def test_an_ended_item_tells_what_came_of_it():
    now = clock.now()
    done = make_item(
        Status.COMPLETED,
        items_total=15,
        items_downloaded=12,
        items_skipped=3,
        started_at=now,
        ended_at=now + timedelta(seconds=38),
    )
    assert row_of(done).standing.facts == ["12 new", "3 known", "38 s"]
    failed = row_of(make_item(Status.FAILED, error_message="The account is private."))
    assert (failed.standing.phrase, failed.standing.facts) == ("Failed", ["The account is private."])


def test_only_what_the_states_allow_is_offered():
    can = {status: row_of(make_item(status)).can for status in Status}
    assert can[Status.DOWNLOADING]["pause"]
    assert not can[Status.PAUSED]["pause"]
    assert can[Status.PAUSED]["resume"]
    assert can[Status.FAILED]["retry"]
    assert can[Status.CANCELLED]["retry"]
    assert not can[Status.COMPLETED]["retry"]
    assert not can[Status.COMPLETED]["cancel"]
    assert can[Status.COMPLETED]["delete"]


def test_a_row_shows_the_newest_picture_of_its_source():
    make_download(source="pictures.example", download_date=clock.now() - timedelta(days=1))
    newest = make_download(source="pictures.example")
    make_download(source="another.example", download_date=clock.now() + timedelta(minutes=1))
    assert rows_of([make_item()])[0].cover.endswith(f"/downloads/{newest.pk}/thumbnail")


def test_a_page_of_rows_takes_few_queries(django_assert_max_num_queries):
    items = [make_item(Status.DOWNLOADING, items_total=3, items_listed=3) for _ in range(20)]
    with django_assert_max_num_queries(3):
        rows_of(items)


def test_names_are_those_a_person_knows():
    thread = make_item(
        platform="forum", source="PicturePub", url="https://p.example/t/1", metadata={"thread_title": "Cats"}
    )
    assert (row_of(thread).name, row_of(thread).what) == ("Cats", "PicturePub")
    profile = make_item(platform="instagram", source="savanna.daily", content_type="posts", downloader="fastdl")
    assert (row_of(profile).name, row_of(profile).what) == ("savanna.daily", "Posts with FastDL")
