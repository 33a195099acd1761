"""Threads whose posts and image hosts lead to every SSRF vector: the canary is never so much as connected to."""

from collections.abc import Iterator
from html import escape

import pytest

from queue_app.models import QueueItem
from queue_app.services import enqueue
from tests.fakes.forum_xenforo import XenforoFake
from tests.fakes.media_server import MediaServer
from tests.fakes.misleading_names import MisleadingNames
from tests.soak import canaries
from tests.soak.canaries import assert_led_astray, hurry, literals, redirect_to, serve_page, work
from tests.soak.measuring import Figures
from tests.unit.queue_app.conftest import _quick_waits, site

canary, names, server = canaries.canary, canaries.names, canaries.server
__all__ = ["_quick_waits", "canary", "names", "server", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def host(canary: MediaServer) -> Iterator[MediaServer]:
    """An image host that no extractor knows, beside the forum."""
    with MediaServer() as running:
        yield running


def work_on(server: MediaServer, bodies: list[str]) -> None:
    """Fetch a thread with these posts."""
    forum = XenforoFake(server, posts=0)
    for body in bodies:
        forum.add_post(body)
    hurry()
    enqueue(url=forum.thread_url, platform="forum")
    work()
    assert QueueItem.objects.get().status == "failed"


def linked(page: str) -> str:
    """A small picture that leads to the page which shows it."""
    return f'<a href="{escape(page)}"><img src="http://127.0.0.1:9/t/a.jpg"></a>'


def test_pictures_of_posts(server: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures):
    """Inside the text, lazy, linked, and films."""
    urls = [list(names.urls(canary.port)) for _tag in range(3)]
    bodies = [
        f'<img src="{escape(picture)}"><img data-src="{escape(lazy)}" src="data:image/gif;base64,R0lGOD">'
        f'<a href="{escape(link)}x.jpg">x</a>'
        for picture, lazy, link in zip(*(literals(canary.port) + named for named in urls), strict=True)
    ]
    work_on(server, bodies)
    assert_led_astray(names, [url for named in urls for url in named])
    figures.tally(*canaries.DONE)


def test_links_to_pages_of_image_hosts(
    server: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures
):
    """They are asked while the thread is listed, before anything is fetched."""
    urls = list(names.urls(canary.port))
    twice = urls + literals(canary.port) + urls  # rebinding names show their other address then
    work_on(server, [linked(f"{url}view/{number}/a.jpg") for number, url in enumerate(twice)])
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


def test_pages_of_image_hosts_that_name_it(
    server: MediaServer, host: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures
):
    urls = list(names.urls(canary.port))
    bodies = []
    for number, url in enumerate(literals(canary.port) + urls):
        head = f'<head><meta property="og:image" content="{escape(url)}"></head>'
        bodies.append(linked(serve_page(host, f"<html>{head}<body>a</body></html>", f"/view/{number}/a.jpg")))
    work_on(server, bodies)
    assert len(host.requests) >= len(bodies)
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


def test_pages_of_image_hosts_that_redirect(
    server: MediaServer, host: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures
):
    urls = list(names.urls(canary.port))
    targets = urls + literals(canary.port) + urls
    work_on(server, [linked(redirect_to(host, f"/view/{n}/a.jpg", url)) for n, url in enumerate(targets)])
    assert len(host.requests) >= len(targets)
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)
