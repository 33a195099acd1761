"""A worker whose lease was taken over writes nothing: no record, no file, no status, no count."""

from pathlib import Path

import pytest
from django.db.models import F

from downloads.models import Download, StoredFile
from mediadl.media import FailureKind, MediaError
from platforms.contract import ListingContext
from platforms.models import Circuit
from queue_app.models import Outcome, QueueItem
from queue_app.selectors import counts
from queue_app.states import Status
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import drain, drain_running, enqueue, eventually, fresh, media, picture
from tests.unit.queue_app.fake_site import FakeSite
from tests.unit.queue_app.rows import recount

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


def test_a_stale_worker_writes_nothing(site: FakeSite, folder: Path) -> None:
    data = picture(1, side=400)
    with MediaServer({"/a.jpg": data}) as server:
        server.hold("/a.jpg", len(data) // 2)
        site.lists(media("a", server.url_of("/a.jpg")))
        item = enqueue()
        with drain_running() as session:
            assert server.wait_for_bytes("/a.jpg", len(data) // 2)
            # Another worker takes over: its name, its fence, no poll of ours in between.
            session._control._polled_at = float("inf")
            QueueItem.objects.filter(pk=item.pk).update(fence=F("fence") + 1, lease_worker="another")
            server.release("/a.jpg")
            eventually(lambda: not session._feed.running() or session._feed.running()[0].lost)
            session._control._polled_at = float("-inf")
            eventually(lambda: not session._feed.running())
        assert (fresh(item).status, fresh(item).lease_worker) == (Status.DOWNLOADING, "another")
        assert fresh(item).items_downloaded == 0
        assert not Outcome.objects.exclude(outcome="listed").exists()
        assert not Download.objects.exists()
        assert not StoredFile.objects.exists()
        assert not list(folder.rglob("*.jpg"))
        assert recount() == counts()


def test_a_lost_fence_drops_only_its_own_item(site: FakeSite, folder: Path) -> None:
    data = {f"/{n}.jpg": picture(n) for n in range(4)}
    with MediaServer(data) as server:
        for number in range(4):
            server.hold(f"/{number}.jpg", 500)
            url = f"https://fakesite.example/u{number}"
            site.lists(media(f"m{number}", server.url_of(f"/{number}.jpg")), url=url)
        items = [enqueue(f"https://fakesite.example/u{number}") for number in range(4)]
        with drain_running() as session:
            for number in range(4):
                assert server.wait_for_bytes(f"/{number}.jpg", 500)
            session._control._polled_at = float("inf")
            QueueItem.objects.filter(pk=items[2].pk).update(fence=F("fence") + 1, lease_worker="another")
            for number in range(4):
                server.release(f"/{number}.jpg")
            eventually(lambda: recount()["completed"] == 3)
            session._control._polled_at = float("-inf")
    assert [fresh(item).status for item in items] == ["completed", "completed", "downloading", "completed"]
    assert Download.objects.count() == 3
    assert recount() == counts()


def test_a_listing_that_failed_while_its_worker_stood_still_is_no_news_of_the_site(site: FakeSite) -> None:
    """After a stop or a suspension every connection has timed out: five of these left the site alone for a minute."""

    def stands_still(_context: ListingContext) -> None:
        running = QueueItem.objects.filter(status=Status.DOWNLOADING.value)
        running.update(fence=F("fence") + 1, lease_worker="another")
        raise MediaError(FailureKind.TRANSIENT, "TIMEOUT", "The site did not answer in time.")

    for number in range(6):
        site.lists(stands_still, url=f"https://fakesite.example/u{number}")
    items = [enqueue(f"https://fakesite.example/u{number}") for number in range(6)]
    drain()
    assert {fresh(item).lease_worker for item in items} == {"another"}
    assert not Circuit.objects.filter(failures__gt=0).exists()


def test_a_listing_that_failed_by_itself_counts(site: FakeSite) -> None:
    site.lists(MediaError(FailureKind.TRANSIENT, "TIMEOUT", "The site did not answer in time."))
    enqueue()
    drain()
    assert Circuit.objects.get().failures == 1
