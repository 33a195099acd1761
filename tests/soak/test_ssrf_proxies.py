"""Proxies that a person names, and the guarding one, with every SSRF vector: 0 hits on the canary, as a proxy too."""

import base64
import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from mediadl.api.errors import InvalidFieldsError
from mediadl.media import MediaError
from mediadl.net.client import HttpClient
from mediadl.net.proxy import GuardingProxy
from mediadl.net.resolving import SYSTEM_NAMES
from platforms.access import access_for
from platforms.access_services import set_connection
from queue_app.models import QueueItem
from queue_app.services import enqueue
from tests.fakes.media_server import MediaServer
from tests.fakes.misleading_names import MisleadingNames
from tests.fakes.ssrf_vectors import vectors
from tests.soak import canaries
from tests.soak.canaries import assert_led_astray, hurry, literals, refused
from tests.soak.measuring import Figures
from tests.unit.net.fetching import SHORT_TIMES
from tests.unit.queue_app.building import drain, media
from tests.unit.queue_app.conftest import _quick_waits
from tests.unit.queue_app.conftest import site as fake_site_fixture
from tests.unit.queue_app.fake_site import HOST, NAME, FakeSite

canary, names, server, site = canaries.canary, canaries.names, canaries.server, fake_site_fixture
__all__ = ["_quick_waits", "canary", "names", "server", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


def test_a_client_behind_a_proxy(server: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures):
    def through(proxy_url: str) -> None:
        with HttpClient(proxy_url=proxy_url, timeouts=SHORT_TIMES) as client:
            client.get(server.url_of("/good.jpg"))

    urls = list(names.urls(canary.port))
    for url in vectors(canary.port) + urls + urls:
        for scheme in ("http", "socks5h"):
            with suppress(MediaError, ValueError):
                through(scheme + url[url.find(":") :])
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_site_s_proxy(
    site: FakeSite, server: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures, scheme: str
):
    """Set as a person sets it, and used by the transfers of queue items; nothing goes round it either."""
    hurry()
    urls = list(names.urls(canary.port))
    for number, url in enumerate(literals(canary.port) + urls + urls):
        if refused(lambda url=url: set_connection(NAME, proxy=scheme + url[url.find(":") :], user=None)):
            continue
        page = f"https://{HOST}/u{number}"
        site.lists(media(f"m{number}", server.url_of("/good.jpg")), url=page)
        enqueue(url=page)
        drain()
    assert not QueueItem.objects.exclude(status="failed").exists()
    assert server.requests == []
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


@pytest.fixture
def guard() -> Iterator[GuardingProxy]:
    """The way out of gallery-dl, yt-dlp, ffmpeg and Chromium."""
    proxy = GuardingProxy()
    proxy.start()
    yield proxy
    proxy.stop()


def ask(guard: GuardingProxy, line: str, credentials: tuple[str, str] | None = None) -> bytes:
    """The first line that it answers to a request or a tunnel with a request in it."""
    token = base64.b64encode(":".join(credentials or guard.credentials).encode()).decode()
    head = f"{line}\r\nProxy-Authorization: Basic {token}\r\nHost: allowed.example\r\n\r\n"
    host, port = guard.address.split(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode("utf-8") + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while piece := connection.recv(65536):
                answer += piece
    return answer.split(b"\r\n")[0]


def test_children_ask_the_guarding_proxy(
    guard: GuardingProxy, canary: MediaServer, names: MisleadingNames, figures: Figures
):
    """Plain requests and tunnels."""
    urls = list(names.urls(canary.port))
    for url in vectors(canary.port) + urls + urls:
        SYSTEM_NAMES.forget(urlsplit(url).hostname or "")  # a minute later
        authority = url.partition("//")[2].partition("/")[0]
        for target in (f"GET {url}", f"CONNECT {authority}", f"CONNECT {canaries.HOST}:{canary.port}"):
            assert b" 200 " not in ask(guard, f"{target} HTTP/1.1"), url
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_children_behind_a_site_s_proxy(
    guard: GuardingProxy,
    server: MediaServer,
    canary: MediaServer,
    names: MisleadingNames,
    figures: Figures,
    scheme: str,
):
    """The guarding proxy goes through what the person set."""
    urls = list(names.urls(canary.port))
    for url in literals(canary.port) + urls + urls:
        with suppress(InvalidFieldsError):
            set_connection(NAME, proxy=scheme + url[url.find(":") :], user=None)
        SYSTEM_NAMES.forget(urlsplit(url).hostname or "")  # a minute later
        upstream = access_for(NAME, f"https://{HOST}/").proxy_url
        guest = guard.admit(upstream=upstream)
        answer = ask(guard, f"GET {server.url_of('/good.jpg')} HTTP/1.1", guest.credentials)
        assert b" 200 " not in answer or not upstream, url
        guard.dismiss(guest)
    assert_led_astray(names, urls)
