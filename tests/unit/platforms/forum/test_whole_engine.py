"""A thread through the whole engine, and watched by a monitor: what is new is listed, and nothing else."""

import hashlib
import io
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from downloads.models import Download
from mediadl import clock
from queue_app.models import Outcome, QueueItem
from scheduler.models import ForumThread
from scheduler.monitors import services
from scheduler.monitors.checks import check_due_threads
from tests.fakes.forum_xenforo import XenforoFake
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import change_settings, enqueue, fresh, picture
from tests.unit.queue_app.draining import drain_until_ended

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def folder(transactional_db) -> Path:
    path = Path(settings.DATA_DIR) / f"downloads-{uuid.uuid4().hex[:8]}"
    path.mkdir(parents=True)
    change_settings(general={"download_directory": str(path)})
    return path


@pytest.fixture(autouse=True)
def quick_waits(monkeypatch):
    monkeypatch.setenv("MEDIADL_TEST_TIME_SCALE", "0.01")


@pytest.fixture
def thread():
    """A thread whose pictures are there; its video and its film are not asked for."""
    with MediaServer() as server:
        fake = XenforoFake(server)
        del fake.expected[11]
        del fake.expected[13]
        for number in (11, 13):
            fake.posts[number - 1].body = "words only"
        for seed, url in enumerate(sorted(fake.all_expected())):
            put_picture(fake, url, seed)
        yield fake


def put_picture(fake: XenforoFake, url: str, seed: int) -> None:
    fake.server.add(url.removeprefix(fake.url("")), png(seed), content_type="image/png")


def png(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture(seed))).save(buffer, "PNG")
    return buffer.getvalue()


def asked_pages(fake: XenforoFake) -> list[str]:
    return [request.path for request in fake.server.requests if request.path.startswith("/threads/")]


def asked_media(fake: XenforoFake) -> set[str]:
    return {fake.url(request.path) for request in fake.server.requests if not request.path.startswith("/threads/")}


def test_every_content_file_is_stored_and_nothing_else_is_fetched(thread, folder):
    item = enqueue(thread.thread_url)
    assert item.platform == "forum"
    drain_until_ended(item)
    item = fresh(item)
    assert (item.status, item.items_downloaded, item.items_failed) == ("completed", len(thread.all_expected()), 0)
    assert asked_media(thread) == thread.all_expected()
    stored = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.png")}
    assert stored == {hashlib.sha256(png(seed)).hexdigest() for seed in range(len(thread.all_expected()))}
    newest = Download.objects.order_by("-post_date").first()
    assert newest.metadata["author"] == thread.posts[20].author
    assert newest.post_date == thread.posts[20].posted_at
    assert newest.content_type == "attachment"


def test_a_second_run_fetches_nothing(thread, folder):
    drain_until_ended(enqueue(thread.thread_url))
    thread.server.requests.clear()
    again = enqueue(thread.thread_url)
    drain_until_ended(again)
    assert asked_media(thread) == set()
    assert fresh(again).status == "completed"


def test_the_newest_posts_that_match_are_chosen_and_the_rest_is_not_listed(thread, folder):
    item = enqueue(thread.thread_url, max_downloads=2)
    drain_until_ended(item)
    wanted = {url for number in (21, 14) for url in thread.expected[number]}
    assert asked_media(thread) == wanted
    assert asked_pages(thread) == ["/threads/harbour-cats.77/", *(f"/threads/harbour-cats.77/page-{n}" for n in (3, 2))]


def expires_once(fake: XenforoFake, url: str) -> list[str]:
    """The link is refused the first time; what was asked for after that is in the list that is returned."""
    after: list[str] = []

    def answer(exchange: Exchange) -> None:
        if exchange.request.number == 1:
            fake.server.requests.clear()
            exchange.respond(403, b"")
        else:
            after.extend(request.path for request in fake.server.requests)
            exchange.respond(200, png(0), {"Content-Type": "image/png"})

    fake.server.behave(url.removeprefix(fake.url("")), answer)
    return after


def test_an_expired_link_is_found_again_at_its_own_post(folder):
    with MediaServer() as server:
        fake = XenforoFake(server, posts=0)
        for number in range(1, 96):
            fake.add_post(picture="/photos/seventh.jpg" if number == 65 else "")
        fake.serve()
        asked = expires_once(fake, fake.url("/photos/seventh.jpg"))
        item = enqueue(fake.thread_url)
        drain_until_ended(item)
        assert (fresh(item).status, fresh(item).items_downloaded, fresh(item).items_failed) == ("completed", 1, 0)
        assert Outcome.objects.get().media["renewed"] is True
        pages = [path for path in asked if not path.startswith("/photos/")]
        assert [path for path in pages if path.startswith("/posts/")] == ["/posts/1065/"]
        assert pages[pages.index("/posts/1065/") :][:2] == ["/posts/1065/", "/threads/harbour-cats.77/page-7"]


def test_an_expired_link_whose_post_moved_is_looked_for_from_the_start(thread, folder):
    [attachment] = thread.expected[21]
    thread.server.behave("/posts/1021/", lambda exchange: exchange.respond(404, b"<html><body>gone</body></html>"))
    asked = expires_once(thread, attachment)
    item = enqueue(thread.thread_url)
    drain_until_ended(item)
    assert (fresh(item).status, fresh(item).items_failed) == ("completed", 0)
    assert asked.index("/posts/1021/") < len(asked) - 1


def check(slug: str) -> QueueItem:
    """One check of the monitored thread, to its end."""
    ForumThread.objects.filter(slug=slug).update(next_check=clock.now())
    assert check_due_threads() == 1
    item = QueueItem.objects.order_by("-id").first()
    drain_until_ended(item)
    return fresh(item)


def watch(fake: XenforoFake) -> str:
    return services.start_monitor(forum_name="Board", thread_url=fake.thread_url, user=None).slug


def test_a_second_check_lists_only_what_is_new(thread, folder):
    slug = watch(thread)
    assert check(slug).items_downloaded == len(thread.all_expected())
    monitor = ForumThread.objects.get()
    assert (monitor.last_posts, monitor.posts_found, monitor.last_post) == (25, 25, {"post": "1025", "page": 3})

    thread.server.requests.clear()
    for _ in range(8):  # fills the third page and begins a fourth
        thread.add_post("<p>chat</p>")
    thread.add_post(picture="/photos/new-boat.png")
    put_picture(thread, thread.url("/photos/new-boat.png"), 99)
    second = check(slug)
    assert [one.media_url for one in Outcome.objects.filter(item=second)] == [thread.url("/photos/new-boat.png")]
    assert asked_pages(thread) == ["/threads/harbour-cats.77/", *(f"/threads/harbour-cats.77/page-{n}" for n in (4, 3))]
    monitor = ForumThread.objects.get()
    assert (monitor.last_posts, monitor.last_files, monitor.posts_found) == (9, 1, 34)


def test_a_check_that_finds_nothing_new_is_no_failure(thread, folder):
    slug = watch(thread)
    check(slug)
    item = check(slug)
    monitor = ForumThread.objects.get()
    assert (item.status, item.items_listed) == ("completed", 0)
    assert (monitor.last_error, monitor.last_posts, monitor.status) == ("", 0, "active")


def test_a_thread_of_words_only_can_be_watched(folder):
    with MediaServer() as server:
        fake = XenforoFake(server, posts=0)
        fake.add_post("<p>Nothing to see yet</p>")
        slug = watch(fake)
        assert check(slug).status == "completed"
        assert ForumThread.objects.get().last_error == ""


def test_files_that_failed_get_a_second_chance_at_the_next_check(thread, folder):
    url = thread.expected[21][0]
    path = url.removeprefix(thread.url(""))
    thread.server.behave(path, lambda exchange: exchange.respond(404, b""))
    slug = watch(thread)
    assert check(slug).items_failed == 1
    put_picture(thread, url, 500)
    thread.server.behave(path, lambda exchange: exchange.respond(200, png(500), {"Content-Type": "image/png"}))
    assert check(slug).items_downloaded == 1
    assert ForumThread.objects.get().last_post == {"post": "1025", "page": 3}


def test_a_deleted_thread_ends_its_monitor(thread, folder):
    slug = watch(thread)
    check(slug)
    for path in ("/threads/harbour-cats.77/", "/threads/harbour-cats.77"):
        thread.server.behave(path, lambda exchange: exchange.respond(404, b"<html><body>gone</body></html>"))
    item = check(slug)
    assert (item.status, item.error_code) == ("failed", "THREAD_GONE")
    assert ForumThread.objects.get().status == "ended"
