"""The canary on 127.0.0.2, which stands for everything private, and the names that lead to it.

Only 127.0.0.1 is open. Each test that takes ``canary`` fails when it was so much as connected to.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mediadl.api.errors import ApiError
from mediadl.media import FailureKind, MediaError
from mediadl.net.resolving import SYSTEM_NAMES
from queue_app.importing import ImportedLine
from queue_app.models import QueueItem
from tests.fakes.media_server import MediaServer
from tests.fakes.misleading_names import REBINDING, MisleadingNames
from tests.fakes.ssrf_vectors import vectors
from tests.unit.net.test_addresses import open_networks
from tests.unit.queue_app.building import change_settings, drain, picture

HOST = "127.0.0.2"
DONE = ("47 SSRF vectors and 7 kinds of names at each place where a URL enters", "0 hits on the canary")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> MisleadingNames:
    """The names of this test; nothing of others is remembered."""
    made = MisleadingNames(HOST)
    monkeypatch.setattr("socket.getaddrinfo", made.getaddrinfo)
    monkeypatch.setattr("pycurl.Curl", made.curl())
    monkeypatch.setattr(SYSTEM_NAMES, "_lookups", {})
    return made


@pytest.fixture
def canary(settings: Any, folder: Path, names: MisleadingNames) -> Iterator[MediaServer]:
    """Whoever may be reached by nobody."""
    open_networks(settings, "127.0.0.1/32")
    with MediaServer({"/": picture(1), "/.jpg": picture(1)}, host=HOST) as server:
        yield server
        assert server.connections == 0, "the canary was reached"


@pytest.fixture
def server(canary: MediaServer) -> Iterator[MediaServer]:
    """A site that is allowed, and leads to the canary."""
    with MediaServer({"/good.jpg": picture(2)}) as running:
        yield running


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


def raise_refusals(lines: Iterable[ImportedLine]) -> None:
    """Raise why one of them was not added.

    Raises:
        MediaError: with the line's own words.
    """
    for line in lines:
        if line.error_code:
            raise MediaError(FailureKind.REFUSED, line.error_code, line.detail)


def work() -> None:
    """Drain until nothing runs without a wait."""
    for _time in range(6):
        drain()
        QueueItem.objects.filter(status="pending").update(next_attempt_at=None)


def hurry() -> None:
    """Let many be worked on at once, and each no more than twice: rebinding names show their other address then."""
    change_settings(general={"concurrent_downloads": 16, "per_host_connections": 16, "retry_attempts": 1})


def assert_led_astray(names: MisleadingNames, urls: list[str]) -> None:
    """Each name was looked up, rebinding ones again: a test that asks for none would see nothing of them."""
    for host in [urlsplit(url).hostname or "" for url in urls]:
        least = 2 if host.endswith(REBINDING) else 1
        assert names.asked[host] >= least, f"{host} was looked up {names.asked[host]} times"


def redirect_to(server: MediaServer, path: str, url: str, *, status: int = 302) -> str:
    """Let ``path`` of an allowed site lead to ``url``; a header cannot hold a line break."""
    location = {"Location": url.replace("\r\n", "%0d%0a")}
    return server.behave(path, lambda exchange: exchange.respond(status, b"", location))


def serve_page(server: MediaServer, text: str, path: str = "/page") -> str:
    """Let an allowed site show a page."""
    body = text.encode()
    return server.behave(path, lambda exchange: exchange.respond(200, body, {"Content-Type": "text/html"}))
