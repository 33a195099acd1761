"""A real Misago, with threads that its own parser, storage and pages made: exactly the content media are found."""

import dataclasses
import hashlib
import re

import pytest

from downloads.models import Download
from mediadl import clock
from mediadl.media import MediaType
from platforms.forum.adapter import ForumAdapter
from queue_app.models import Outcome, QueueItem
from scheduler.models import ForumThread
from scheduler.monitors import services
from scheduler.monitors.checks import check_due_threads
from tests.fakes.media_server import MediaServer
from tests.forums.harbour_thread import POSTS, TITLE, HarbourThread
from tests.forums.running_misago import running_misago
from tests.product.running import wait_for
from tests.unit.queue_app.building import enqueue, fresh
from tests.unit.queue_app.draining import drain_until_ended

PAGES = 4
through_engine = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture(scope="module")
def thread(tmp_path_factory):
    with MediaServer(host="127.0.0.2") as host, running_misago(tmp_path_factory.mktemp("misago")) as forum:
        yield HarbourThread(forum, host)


@pytest.fixture(autouse=True)
def _nothing_asked_yet(thread):
    thread.forum.forget()
    thread.host.requests.clear()


def asked_pages(thread) -> list[str]:
    return [target for target in thread.forum.asked() if not target.startswith(("/a/", "/media/attachments/"))]


def page(thread, number: int) -> str:
    return f"/api/threads/{thread.thread_id}/posts/?page={number}"


def address_of(thread) -> str:
    return thread.url.removeprefix(thread.forum.address)


def test_exactly_the_content_media_are_found_newest_first(thread, bench):
    items = bench.list(ForumAdapter(), thread.url)
    assert {item.candidates[0] for item in items} == set(thread.expected())
    assert [thread.post_of[item.candidates[0]] for item in items] == [thread.post_of[url] for url in thread.expected()]
    assert len({item.media_id for item in items}) == len(items)


def test_each_item_says_whose_it_is_and_of_when(thread, bench):
    for item in bench.list(ForumAdapter(), thread.url):
        number = thread.post_of[item.candidates[0]]
        assert item.post_id == str(thread.ids[number - 1])
        assert item.post_date == thread.posted_at(number)
        assert item.metadata["author"] == thread.author(number)
        assert (item.metadata["thread"], item.metadata["thread_id"]) == (TITLE, str(thread.thread_id))
        assert item.page_url == f"{thread.url}post/{item.post_id}/"
        assert item.media_type is MediaType.IMAGE


def test_attachments_keep_their_names(thread, bench):
    names = {item.metadata.get("original_name") for item in bench.list(ForumAdapter(), thread.url)}
    assert {"Garden gate.jpg", "ladybird.png", "walk.gif", "last light.jpg"} <= names


def test_only_the_threads_pages_are_asked_for_while_listing(thread, bench):
    bench.list(ForumAdapter(), thread.url)
    wanted = [address_of(thread), *(page(thread, number) for number in (1, 4, 3, 2))]
    wait_for(lambda: len(thread.forum.asked()) >= len(wanted), 10, "the forum has logged what it answered")
    assert thread.forum.asked() == wanted
    assert thread.host.requests == []


def test_an_expired_link_is_found_again_at_its_own_post(thread, bench):
    [sought] = [item for item in bench.list(ForumAdapter(), thread.url) if item.candidates[0].endswith("spoiler.jpg")]
    wait_for(lambda: page(thread, 2) in thread.forum.asked(), 10, "the forum has logged the listing's last answer")
    thread.forum.forget()
    context = dataclasses.replace(bench.context(thread.url), wanted=(sought,))
    [found] = ForumAdapter().list_media(context)
    assert (found.media_id, found.candidates) == (sought.media_id, sought.candidates)
    post = f"{address_of(thread)}post/{sought.post_id}/"
    wanted = [post, f"{address_of(thread)}3/", page(thread, 3)]
    wait_for(lambda: len(thread.forum.asked()) >= len(wanted), 10, "the forum has logged what it answered")
    assert thread.forum.asked() == wanted


@through_engine
@pytest.mark.usefixtures("_quick_waits")
def test_each_file_is_stored_whole_and_nothing_else_is_fetched(thread, folder):
    item = enqueue(thread.url)
    drain_until_ended(item)
    item = fresh(item)
    failed = list(Outcome.objects.filter(item=item, outcome="failed").values_list("media_url", "reason"))
    assert (item.platform, item.status, failed) == ("forum", "completed", [])
    stored = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}
    assert stored == {hashlib.sha256(content).hexdigest() for content in thread.files.values()}
    newest = Download.objects.order_by("-post_date").first()
    assert (newest.post_date, newest.metadata["author"]) == (thread.posted_at(POSTS), thread.author(POSTS))

    fetched = {thread.host.url_of(request.path) for request in thread.host.requests}
    assert fetched == {url for url in thread.files if url.startswith(thread.host.url_of("/"))}
    asked = thread.forum.asked()
    assert {thread.forum.address + target for target in asked if target.startswith("/a/")} == {
        url for url in thread.files if url.startswith(thread.forum.address)
    }
    assert not [target for target in asked if re.search(r"avatar|logout|auth|/u/|static|thumb", target)]
    assert asked_pages(thread) == [address_of(thread), *(page(thread, number) for number in (1, 4, 3, 2))]


def check(slug: str) -> QueueItem:
    """One check of the monitored thread, to its end."""
    ForumThread.objects.filter(slug=slug).update(next_check=clock.now())
    assert check_due_threads() == 1
    item = QueueItem.objects.order_by("-id").first()
    drain_until_ended(item)
    return fresh(item)


@through_engine
@pytest.mark.usefixtures("_quick_waits")
def test_a_monitor_finds_the_pictures_of_new_posts_only(thread, folder):
    slug = services.start_monitor(forum_name="Harbour board", thread_url=thread.url, user=None).slug
    assert check(slug).items_downloaded == len(thread.files)
    assert ForumThread.objects.get().last_post == {"post": str(thread.ids[-1]), "page": PAGES}

    thread.forum.forget()
    thread.host.requests.clear()
    _words, number = thread.reply("Only words.", 'A new one: {new}\n\n[quote="@Bert"]\nold\n[/quote]')
    second = check(slug)
    [new] = [url for url, post in thread.post_of.items() if post == number]
    assert [one.media_url for one in Outcome.objects.filter(item=second)] == [new]
    assert [request.path for request in thread.host.requests] == [f"/photos/new-{number}.jpg"]
    assert asked_pages(thread) == [address_of(thread), page(thread, 1), page(thread, PAGES)]
    assert not [target for target in thread.forum.asked() if target.startswith("/a/")]
    monitor = ForumThread.objects.get()
    assert (monitor.last_posts, monitor.last_files) == (2, 1)
