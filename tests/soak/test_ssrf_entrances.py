"""Each place where a URL enters, with every SSRF vector: the canary is never asked, not even connected to.

Only 127.0.0.1 is open; the canary on 127.0.0.2 stands for everything private.
"""

import base64
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mediadl.api.errors import ApiError
from mediadl.configuration import registry as settings_tree
from mediadl.configuration.registry import Kind
from mediadl.configuration.services import change
from mediadl.media import MediaError
from mediadl.net.client import HttpClient
from mediadl.net.proxy import GuardingProxy
from mediadl.notifications.trying import send_test
from queue_app.models import QueueItem
from queue_app.services import enqueue, import_urls
from scheduler.monitors.services import start_monitor
from scheduler.services import create_job
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.fakes.ssrf_vectors import VECTORS, vectors
from tests.soak.measuring import Figures
from tests.unit.net.fetching import SHORT_TIMES
from tests.unit.net.test_addresses import open_networks
from tests.unit.queue_app.building import change_settings, drain, media, picture
from tests.unit.queue_app.conftest import _quick_waits
from tests.unit.queue_app.conftest import site as fake_site_fixture
from tests.unit.queue_app.fake_site import HOST, FakeSite

site = fake_site_fixture
__all__ = ["_quick_waits", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
CANARY = "127.0.0.2"
URL_LEAVES = ("url", "urls", "proxy", "proxy_url", "base_url")


def test_there_are_as_many_as_promised():
    assert len(VECTORS) == len(set(VECTORS)) == 47


@pytest.fixture
def canary(settings: Any, folder: Path) -> Iterator[MediaServer]:
    open_networks(settings, "127.0.0.1/32")
    with MediaServer({"/": picture(1), "/.jpg": picture(1)}, host=CANARY) as server:
        yield server
        assert server.connections == 0, "the canary was reached"


@pytest.fixture
def server(canary: MediaServer) -> Iterator[MediaServer]:
    """A site that is allowed, and leads to the canary."""
    with MediaServer({"/good.jpg": picture(2)}) as running:
        yield running


def names(port: int) -> list[str]:
    """Those that may be taken, since a name can lead to the opened network: it is checked when it is resolved."""
    return [url for url in vectors(port) if "//canary." in url]


def literals(port: int) -> list[str]:
    """Those that are refused as soon as they are read."""
    return [url for url in vectors(port) if "//canary." not in url]


def refused(call: Callable[[], object]) -> bool:
    """Whether the product said no."""
    try:
        call()
    except (ApiError, MediaError):
        return True
    return False


def work() -> None:
    """Drain until nothing runs without a wait."""
    for _time in range(6):
        drain()
        QueueItem.objects.filter(status="pending").update(next_attempt_at=None)


def add_to_queue(url: str) -> None:
    enqueue(url=url)


def add_as_referer(url: str) -> None:
    enqueue(url=f"http://127.0.0.1:9/{abs(hash(url))}", referer=url)


def add_as_job(url: str) -> None:
    source = f"s{abs(hash(url))}"
    create_job(name="J", platform="web", source=source, schedule="0 0 * * *", config={"url": url}, user=None)


def add_as_thread(url: str) -> None:
    start_monitor(forum_name="f", thread_url=url, user=None)


@pytest.mark.parametrize("add", [add_to_queue, add_as_referer, add_as_job, add_as_thread])
def test_what_people_and_programs_add(canary: MediaServer, figures: Figures, add: Callable[[str], None]):
    assert [url for url in literals(canary.port) if not refused(lambda url=url: add(url))] == []
    for url in names(canary.port):
        refused(lambda url=url: add(url))
    work()
    figures.tally("47 SSRF vectors at each place where a URL enters", "0 hits on the canary")


def test_a_list_of_links(canary: MediaServer):
    lines = [url for url in literals(canary.port) if "\r" not in url]
    assert [line.item_id for line in import_urls(lines=lines) if line.item_id] == []


def test_media_urls_and_their_headers(site: FakeSite, server: MediaServer, canary: MediaServer, figures: Figures):
    """What an adapter found: the first candidate, a later one, and what a redirect leads to."""
    for number, url in enumerate(vectors(canary.port)):
        path = f"/from{number}"
        with suppress(ValueError):  # a header cannot hold a line break
            location = url.replace("\r\n", "%0d%0a")
            server.behave(path, lambda exchange, to=location: exchange.respond(302, b"", {"Location": to}))
        lists = [
            media(f"first{number}", url, candidates=(url, url)),
            media(f"later{number}", url, candidates=(server.url_of("/gone"), url)),
            media(f"redirect{number}", server.url_of(path)),
        ]
        page = f"https://{HOST}/u{number}"
        site.lists(*lists, url=page)
        enqueue(url=page)
    change_settings(general={"concurrent_downloads": 16, "per_host_connections": 16, "retry_attempts": 0})
    work()
    assert not QueueItem.objects.exclude(status="failed").exists()
    figures.tally("47 SSRF vectors at each place where a URL enters", "0 hits on the canary")


def test_links_of_a_page(server: MediaServer, canary: MediaServer, figures: Figures):
    """Pictures, links, sources, frames and a base that a page of ``web`` names."""
    tags = "".join(
        f'<img src="{escape(url)}"><a href="{escape(url)}x.jpg">x</a><video src="{escape(url)}v.mp4"></video>'
        f'<iframe src="{escape(url)}"></iframe><source srcset="{escape(url)} 2x">'
        for url in vectors(canary.port)
    )
    page = f'<html><head><base href="http://{CANARY}:{canary.port}/"></head><body><img src="a.jpg">{tags}</body></html>'
    body = page.encode()
    url = server.behave("/page", lambda exchange: exchange.respond(200, body, {"Content-Type": "text/html"}))
    change_settings(general={"concurrent_downloads": 16, "per_host_connections": 16, "retry_attempts": 0})
    enqueue(url=url, downloader="page")
    work()
    assert QueueItem.objects.get().status == "failed"
    figures.tally("47 SSRF vectors at each place where a URL enters", "0 hits on the canary")


def test_urls_in_settings(canary: MediaServer, figures: Figures):
    """Every leaf that holds a URL, those of later platforms too."""
    leaves = [
        leaf
        for leaf in settings_tree.leaves()
        if leaf.path.rpartition(".")[2] in URL_LEAVES and leaf.kind in {Kind.TEXT, Kind.SECRET, Kind.TEXT_LIST}
    ]
    assert leaves
    for leaf in leaves:
        for url in literals(canary.port):
            patch = _patch(leaf.path, [url] if leaf.kind is Kind.TEXT_LIST else url)
            assert refused(lambda patch=patch: change(patch, user=None)), (leaf.path, url)
    figures.tally("47 SSRF vectors at each place where a URL enters", "0 hits on the canary")


def _patch(path: str, value: object) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {first: _patch(rest, value) if rest else value}


def test_webhooks_that_redirect_and_mail_servers(server: MediaServer, canary: MediaServer, figures: Figures):
    def hop(exchange: Exchange) -> None:
        exchange.respond(307, b"", {"Location": f"http://{CANARY}:{canary.port}/"})

    change({"notifications": {"webhooks": {"urls": [server.behave("/hook", hop)]}}}, user=None)
    mail = {"smtp_port": canary.port, "security": "none", "enabled": True}
    addresses = {"from_address": "a@example.org", "to_addresses": ["b@example.org"]}
    hosts = {urlsplit(url).hostname or "x" for url in vectors(canary.port) if url.startswith("http://1")}
    for host in [CANARY, "canary.localhost", *sorted(hosts)]:
        with suppress(ApiError, MediaError):
            change({"notifications": {"email": {**mail, **addresses, "smtp_host": host}}}, user=None)
            send_test(user=None)
    figures.tally("47 SSRF vectors at each place where a URL enters", "0 hits on the canary")


def test_a_proxy_that_a_person_names(server: MediaServer, canary: MediaServer, figures: Figures):
    def through(proxy_url: str) -> None:
        with HttpClient(proxy_url=proxy_url, timeouts=SHORT_TIMES) as client:
            client.get(server.url_of("/good.jpg"))

    for url in vectors(canary.port):
        for scheme in ("http", "socks5h"):
            with suppress(MediaError, ValueError):
                through(scheme + url[url.find(":") :])
    figures.tally("47 SSRF vectors at each place where a URL enters", "0 hits on the canary")


def test_children_and_browser_pages_behind_the_guarding_proxy(canary: MediaServer, figures: Figures):
    """gallery-dl, yt-dlp and Chromium reach the world only through it: plain requests and tunnels."""
    proxy = GuardingProxy()
    proxy.start()
    token = base64.b64encode(":".join(proxy.credentials).encode()).decode()
    host, port = proxy.address.split(":")
    try:
        for url in vectors(canary.port):
            authority = url.partition("//")[2].partition("/")[0]
            for line in (
                f"GET {url} HTTP/1.1",
                f"CONNECT {authority} HTTP/1.1",
                f"CONNECT {CANARY}:{canary.port} HTTP/1.1",
            ):
                head = f"{line}\r\nProxy-Authorization: Basic {token}\r\nHost: allowed.example\r\n\r\n"
                with socket.create_connection((host, int(port)), timeout=10) as connection:
                    connection.sendall(head.encode("utf-8") + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    connection.shutdown(socket.SHUT_WR)
                    answer = b""
                    with suppress(OSError):
                        while piece := connection.recv(65536):
                            answer += piece
                assert b" 200 " not in answer.split(b"\r\n")[0], url
    finally:
        proxy.stop()
    figures.tally("47 SSRF vectors at each place where a URL enters", "0 hits on the canary")
