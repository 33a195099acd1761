"""Doing nothing twice, and no more than asked for: known media, limits, stopping a listing early."""

from datetime import timedelta
from pathlib import Path

import pytest

from downloads.models import Download
from mediadl.accounts.models import Role
from mediadl.media import MediaItem
from queue_app import services
from queue_app.engine.feed import WINDOW_MEDIA
from queue_app.models import ListedScope, Outcome, QueueItem
from tests.api.clients import client_as
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import NEWEST, days_ago, drain, enqueue, fresh, media, picture
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
POSTS = 45


@pytest.fixture
def server(folder: Path):
    pictures = {f"/{n}.jpg": picture(n, side=24) for n in range(POSTS + 10)}
    with MediaServer(pictures) as running:
        yield running


def posts(server: MediaServer, count: int = POSTS, *, first: int = 0) -> list[MediaItem]:
    """Posts, newest first; a higher number is an older post."""
    return [
        media(f"m{n}", server.url_of(f"/{n}.jpg"), post_id=f"p{n}", post_date=NEWEST - timedelta(hours=n))
        for n in range(first, first + count)
    ]


def run(**fields: object) -> QueueItem:
    item = enqueue(**fields)
    drain()
    return fresh(item)


def test_a_second_run_makes_no_media_request(site: FakeSite, server: MediaServer) -> None:
    site.lists(*posts(server, 10))
    assert run().items_downloaded == 10
    server.reset_counters()
    second = run()
    assert (second.status, second.items_downloaded, second.items_skipped) == ("completed", 0, 10)
    assert server.request_count() == 0
    assert set(Outcome.objects.filter(item=second).values_list("reason", flat=True)) == {"known"}


def test_a_known_file_that_is_gone_from_disk_is_fetched_again(
    site: FakeSite, server: MediaServer, folder: Path
) -> None:
    site.lists(*posts(server, 3))
    run()
    next(folder.rglob("*_m1.jpg")).unlink()
    second = run()
    assert (second.items_downloaded, second.items_skipped) == (1, 2)
    assert len([path for path in folder.rglob("*.jpg") if path.is_file()]) == 3


def test_what_the_api_says_of_a_file_that_is_gone_works(site: FakeSite, server: MediaServer, folder: Path) -> None:
    site.lists(*posts(server, 1))
    run()
    next(folder.rglob("*.jpg")).unlink()
    download = Download.objects.get()
    client = client_as(Role.USER)
    file = f"/downloads/{download.pk}/file"
    assert "add the download's URL to the queue" in client.get(file).json()["detail"]
    site.lists(*posts(server, 1), url=download.url)
    assert client.post("/queue", {"url": download.url}).status_code == 201
    drain()
    assert client.get(file).status_code == 200


def test_max_downloads_counts_known_posts_and_asks_for_no_more(site: FakeSite, server: MediaServer) -> None:
    source = site.lists(*posts(server))
    first = run(max_downloads=5)
    assert (first.items_downloaded, source.yielded) == (5, 6)
    second = run(max_downloads=8)
    assert (second.items_downloaded, second.items_skipped) == (3, 6)
    assert source.closed == 2


def test_days_back_ends_the_listing_at_the_first_older_post(site: FakeSite, server: MediaServer) -> None:
    source = site.lists(
        *(media(f"m{n}", server.url_of(f"/{n}.jpg"), post_id=f"p{n}", post_date=days_ago(n)) for n in range(20))
    )
    item = run(days_back=3)
    assert (item.items_downloaded, source.yielded) == (3, 4)
    assert Outcome.objects.get(outcome="skipped").reason == "too_old"


def test_a_listing_stops_among_known_posts_where_an_earlier_run_went_past_them(
    site: FakeSite, server: MediaServer
) -> None:
    source = site.lists(*posts(server, POSTS, first=3))
    run()
    assert ListedScope.objects.get().max_posts is None
    source.entries = list(posts(server, POSTS + 3))
    source.yielded = 0
    second = run()
    assert (second.status, second.items_downloaded) == ("completed", 3)
    assert 23 <= source.yielded < POSTS
    source.yielded = 0
    run()
    assert 20 <= source.yielded < POSTS


def test_it_does_not_stop_early_after_a_limited_run(site: FakeSite, server: MediaServer) -> None:
    source = site.lists(*posts(server))
    run(max_downloads=30)
    assert run().items_downloaded == POSTS - 30
    assert source.yielded > POSTS


def test_it_does_not_stop_early_where_a_file_failed(site: FakeSite, server: MediaServer) -> None:
    server.remove("/40.jpg")
    site.lists(*posts(server))
    assert run().items_failed == 1
    server.add("/40.jpg", picture(40))
    assert run().items_downloaded == 1


def test_an_unordered_listing_is_never_stopped_early(site: FakeSite, server: MediaServer) -> None:
    source = site.lists(*posts(server))
    run(downloader="unordered")
    source.yielded = 0
    run(downloader="unordered")
    assert source.yielded == POSTS


def test_the_same_bytes_are_kept_once(site: FakeSite, server: MediaServer, folder: Path) -> None:
    url = server.url_of("/1.jpg")
    site.lists(media("a", url), media("b", f"{url}?other=1"))
    server.add("/1.jpg?other=1", picture(1, side=24))
    item = run()
    assert item.status == "completed"
    files = [path for path in folder.rglob("*.jpg") if path.is_file()]
    assert len({path.stat().st_ino for path in files}) == 1


def test_the_same_medium_in_two_items_is_fetched_once(site: FakeSite, server: MediaServer) -> None:
    site.lists(*posts(server, 20), url="https://fakesite.example/a")
    site.lists(*posts(server, 20), url="https://fakesite.example/b")
    items = [enqueue("https://fakesite.example/a"), enqueue("https://fakesite.example/b")]
    drain()
    assert [fresh(item).status for item in items] == ["completed", "completed"]
    assert sum(fresh(item).items_downloaded for item in items) == 20
    assert server.request_count() == 20


def test_a_long_listing_waits_for_its_fetches(site: FakeSite, server: MediaServer) -> None:
    """Memory stays bounded: the adapter is not asked for more than the window holds."""
    server.hold("/0.jpg", 0)
    url = server.url_of("/0.jpg")
    source = site.lists(*(media(f"m{n}", f"{url}?{n}") for n in range(WINDOW_MEDIA * 4)))
    from tests.unit.queue_app.building import drain_running, eventually

    item = enqueue()
    with drain_running():
        eventually(lambda: source.yielded >= WINDOW_MEDIA)
        assert source.yielded <= WINDOW_MEDIA * 2 + 20
        services.cancel(item_id=item.pk)
        eventually(lambda: source.closed)
    server.release("/0.jpg")


def test_start_order_is_the_shown_order(site: FakeSite, server: MediaServer) -> None:
    from queue_app import selectors
    from tests.unit.queue_app.building import change_settings

    change_settings(general={"concurrent_downloads": 1})
    for number, priority in enumerate([5, 3, 8, 3, 5]):
        url = f"https://fakesite.example/u{number}"
        site.lists(media(f"m{number}", server.url_of(f"/{number}.jpg")), url=url)
        enqueue(url, priority=priority)
    shown = [item["id"] for item in selectors.list_items(status="pending").items]
    drain()
    started = QueueItem.objects.order_by("started_at", "list_order").values_list("pk", flat=True)
    asked = [request.path for request in server.requests]
    numbers = [int(fresh_url.rsplit("u", 1)[1]) for fresh_url in [QueueItem.objects.get(pk=pk).url for pk in shown]]
    assert asked == [f"/{number}.jpg" for number in numbers]
    assert set(started) == set(shown)
