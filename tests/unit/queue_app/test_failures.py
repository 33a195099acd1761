"""Each kind of failure, from a real server through the whole drain to what the user is told."""

import json
from pathlib import Path

import pytest

from downloads.models import Download
from mediadl.events.models import OutboxEvent
from mediadl.media import FailureKind, MediaError
from platforms.contract import NotForThisDownloaderError
from queue_app import services
from queue_app.models import Attempt, HostWait, Outcome, QueueItem
from queue_app.selectors import item_json
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import change_settings, drain, enqueue, fresh, media, picture
from tests.unit.queue_app.draining import answer_status, drain_until_ended, titles
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def server(folder: Path):
    with MediaServer({"/ok.jpg": picture(1), "/page.jpg": b"<!doctype html><p>Please sign in"}) as running:
        yield running


def one(site: FakeSite, *urls: str, **fields: object) -> QueueItem:
    site.lists(media("m", urls[0], **(fields | {"candidates": urls})))
    return enqueue()


def test_a_file_that_is_gone_fails_at_once_and_is_recorded(site: FakeSite, server: MediaServer) -> None:
    item = one(site, server.url_of("/missing.jpg"))
    drain()
    item = fresh(item)
    assert (item.status, item.error_code, item.attempts) == ("failed", "HTTP_404", 1)
    assert "404" in item.error_message or "not there" in item.error_message.lower()
    outcome = Outcome.objects.get()
    assert (outcome.outcome, outcome.reason) == ("failed", "HTTP_404")
    assert Download.objects.get(pk=outcome.download_id).status == "failed"
    assert server.request_count("/missing.jpg") == 1
    assert titles() == ["Download Failed"]


def test_a_passing_failure_is_tried_again_from_the_stored_time(site: FakeSite, server: MediaServer) -> None:
    url = server.behave("/flaky.jpg", answer_status(500, times=2, then=picture(2)))
    item = one(site, url)
    drain()
    waiting = fresh(item)
    assert (waiting.status, waiting.attempts) == ("pending", 1)
    assert item_json(waiting)["reason"] in {"retry_wait", "slots_busy"}  # its time may have come by now
    assert waiting.next_attempt_at is not None
    assert waiting.error_message
    drain_until_ended(item)
    item = fresh(item)
    assert (item.status, item.attempts, item.items_downloaded) == ("completed", 3, 1)
    assert list(Attempt.objects.order_by("id").values_list("error_code", flat=True)) == ["HTTP_500", "HTTP_500", ""]
    assert site.source().listings == 1


def test_the_log_of_tries_is_bounded(site: FakeSite, server: MediaServer) -> None:
    item = one(site, server.behave("/busy.jpg", answer_status(500)))
    now = item.created_date
    rows = [Attempt(item=item, number=1, started_at=now, ended_at=now, worker="w") for _ in range(60)]
    Attempt.objects.bulk_create(rows)
    drain()
    assert Attempt.objects.filter(item=item).count() == 50


def test_attempts_are_used_up_by_the_setting(site: FakeSite, server: MediaServer) -> None:
    change_settings(general={"retry_attempts": 1})
    url = server.behave("/broken.jpg", answer_status(503))
    item = one(site, url)
    drain_until_ended(item)
    item = fresh(item)
    assert (item.status, item.error_code, item.attempts, item.max_attempts) == ("failed", "HTTP_503", 2, 2)
    assert server.request_count("/broken.jpg") == 2


def test_told_to_wait_holds_the_whole_host_and_uses_up_no_attempt(site: FakeSite, server: MediaServer) -> None:
    url = server.behave("/busy.jpg", answer_status(429, headers={"Retry-After": "1"}, times=1, then=picture(3)))
    item = one(site, url)
    drain()
    waiting = fresh(item)
    assert (waiting.status, waiting.attempts, waiting.reason) == ("pending", 0, "rate_limited")
    assert HostWait.objects.get().key == "host:127.0.0.1"
    drain_until_ended(item)
    assert (fresh(item).status, fresh(item).attempts) == ("completed", 1)
    assert not HostWait.objects.exists()


def test_other_files_of_a_host_that_told_us_to_wait_are_not_asked_for(site: FakeSite, server: MediaServer) -> None:
    change_settings(general={"concurrent_downloads": 1})
    busy = server.behave("/busy.jpg", answer_status(429, headers={"Retry-After": "100"}))
    site.lists(media("a", busy), *(media(f"m{n}", server.url_of("/ok.jpg")) for n in range(5)))
    item = enqueue()
    drain()
    assert (fresh(item).status, fresh(item).reason) == ("pending", "rate_limited")
    assert server.request_count("/ok.jpg") == 0


def test_the_next_candidate_is_tried(site: FakeSite, server: MediaServer) -> None:
    item = one(site, server.url_of("/missing.jpg"), server.url_of("/page.jpg"), server.url_of("/ok.jpg"))
    drain()
    assert fresh(item).status == "completed"


def test_a_page_in_place_of_a_picture_is_not_stored(site: FakeSite, server: MediaServer, folder: Path) -> None:
    item = one(site, server.url_of("/page.jpg"))
    drain()
    assert (fresh(item).status, fresh(item).error_code) == ("failed", "NOT_MEDIA")
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_truncated_picture_is_fetched_anew_not_resumed(site: FakeSite, server: MediaServer) -> None:
    whole, asked = picture(5), []

    def cut_at_first(exchange: Exchange) -> None:
        asked.append(exchange.request.headers.get("range"))
        answer_status(200, then=whole[:-600] if len(asked) == 1 else whole)(exchange)

    item = one(site, server.behave("/cut.jpg", cut_at_first))
    drain_until_ended(item)
    assert fresh(item).status == "completed"
    assert asked == [None, None]


def test_an_expired_link_is_renewed_once_by_the_adapter(site: FakeSite, server: MediaServer) -> None:
    old = server.behave("/old.jpg", answer_status(403))
    source = site.lists(media("m", old))
    source.entries.append(lambda _context: source.entries.__setitem__(0, media("m", server.url_of("/ok.jpg"))))
    item = enqueue()
    drain()
    assert (fresh(item).status, source.listings) == ("completed", 2)
    assert Outcome.objects.get().media["renewed"] is True


def test_a_link_that_stays_expired_fails(site: FakeSite, server: MediaServer) -> None:
    item = one(site, server.behave("/old.jpg", answer_status(403)))
    drain()
    assert (fresh(item).status, fresh(item).error_code) == ("failed", "HTTP_403")
    assert site.source().listings == 2


def test_some_failed_files_leave_the_item_completed_and_are_told(site: FakeSite, server: MediaServer) -> None:
    site.lists(media("a", server.url_of("/ok.jpg")), media("b", server.url_of("/missing.jpg")))
    item = enqueue()
    drain()
    item = fresh(item)
    assert (item.status, item.items_downloaded, item.items_failed, item.items_total) == ("completed", 1, 1, 2)
    assert item.error_message.startswith("1 of 2 files failed")


def test_retry_fetches_only_what_failed_and_does_not_list(site: FakeSite, server: MediaServer) -> None:
    site.lists(media("a", server.url_of("/missing.jpg")), media("b", server.url_of("/missing2.jpg")))
    item = enqueue()
    drain()
    assert fresh(item).status == "failed"
    server.add("/missing.jpg", picture(7))
    server.add("/missing2.jpg", picture(8))
    services.retry(item_id=item.pk)
    drain()
    item = fresh(item)
    assert (item.status, item.items_downloaded, item.items_failed) == ("completed", 2, 0)
    assert site.source().listings == 1
    assert set(Download.objects.values_list("status", flat=True)) == {"completed"}


@pytest.mark.parametrize(
    ("kind", "code", "title"),
    [
        (FailureKind.GONE, "GONE", "Download Failed"),
        (FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", "Action Needed"),
        (FailureKind.SITE_CHANGED, "SITE_CHANGED", "Download Failed"),
        (FailureKind.REFUSED, "PRIVATE_ADDRESS", "Download Failed"),
    ],
)
def test_a_listing_that_no_retry_mends_fails_at_once(
    site: FakeSite, server: MediaServer, kind: FailureKind, code: str, title: str
) -> None:
    site.lists(MediaError(kind, code, "What to do about it."))
    item = enqueue()
    drain()
    item = fresh(item)
    assert (item.status, item.error_code, item.error_message) == ("failed", code, "What to do about it.")
    assert titles() == [title]


def test_what_was_listed_before_a_listing_failed_is_fetched(site: FakeSite, server: MediaServer) -> None:
    change_settings(general={"retry_attempts": 0})
    site.lists(media("a", server.url_of("/ok.jpg")), MediaError(FailureKind.TRANSIENT, "TIMEOUT", "Too slow."))
    item = enqueue()
    drain()
    assert (fresh(item).status, fresh(item).error_code, fresh(item).items_downloaded) == ("failed", "TIMEOUT", 1)


def test_a_listing_is_tried_again_and_goes_on_with_what_is_new(site: FakeSite, server: MediaServer) -> None:
    server.add("/two.jpg", picture(2))
    source = site.lists(media("a", server.url_of("/ok.jpg")), MediaError(FailureKind.TRANSIENT, "TIMEOUT", "Slow."))
    item = enqueue()
    drain()
    assert fresh(item).status == "pending"
    source.entries[1] = media("b", server.url_of("/two.jpg"))
    drain_until_ended(item)
    item = fresh(item)
    assert (item.status, item.items_downloaded, item.items_total) == ("completed", 2, 2)
    assert server.request_count("/ok.jpg") == 1


def test_an_adapter_that_breaks_is_a_changed_site_not_a_broken_drain(site: FakeSite, server: MediaServer) -> None:
    site.lists(KeyError("edges"))
    item = enqueue()
    other = enqueue(server.url_of("/ok.jpg"))
    drain()
    assert (fresh(item).status, fresh(item).error_code) == ("failed", "SITE_CHANGED")
    assert fresh(other).status == "completed"


def test_the_next_downloader_is_asked_only_where_fallback_is_allowed(site: FakeSite, server: MediaServer) -> None:
    source = site.lists(MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", "Changed."))
    item = enqueue()
    drain()
    assert (fresh(item).status, source.listings) == ("failed", 1)
    change_settings(platforms={"fakesite": {"fallback": True}})
    services.retry(item_id=item.pk)
    drain()
    assert source.listings == 3


def test_a_url_that_no_downloader_knows(site: FakeSite, server: MediaServer) -> None:
    site.lists(NotForThisDownloaderError("no"))
    item = enqueue()
    drain()
    assert (fresh(item).status, fresh(item).error_code) == ("failed", "UNSUPPORTED_URL")


def test_an_empty_profile_is_no_failure_an_empty_page_is(site: FakeSite, server: MediaServer) -> None:
    item = enqueue()
    page = enqueue(server.behave("/nothing", answer_status(200, then=b"<html><body>Nothing", kind="text/html")))
    drain()
    assert fresh(item).status == "completed"
    assert (fresh(page).status, fresh(page).error_code) == ("failed", "NO_MEDIA")


def test_the_last_words_of_a_completed_item(site: FakeSite, server: MediaServer) -> None:
    item = one(site, server.url_of("/ok.jpg"))
    drain()
    events = {row.type: json.loads(row.data) for row in OutboxEvent.objects.order_by("id")}
    assert events["download_completed"] == {
        "queue_id": item.pk,
        "platform": "fakesite",
        "source": "someone",
        "items_downloaded": 1,
        "duration_seconds": events["download_completed"]["duration_seconds"],
        "status": "completed",
    }
    assert events["notification"] == {
        "kind": "success",
        "level": "success",
        "title": "Download Complete",
        "message": "Downloaded 1 post from someone",
        "action": {"label": "View Downloads", "link": "/history?source=someone"},
        "auto_dismiss_seconds": 5,
    }
    progress = events["download_progress"]
    assert set(progress) == {
        "queue_id", "url", "platform", "source", "status", "progress", "items_downloaded", "items_total",
        "current_item", "speed_mbps", "eta_seconds",
    }  # fmt: skip
    assert (progress["progress"], progress["status"], progress["items_total"]) == (100, "completed", 1)
    assert progress["current_item"] == "someone_20251012_141523_m.jpg"
