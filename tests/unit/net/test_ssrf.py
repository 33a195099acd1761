"""No way leads to an address that is not allowed: a canary server must never be asked.

Only 127.0.0.1 is open here; the canary listens on 127.0.0.2 and stands for everything private.
"""

import socket
from contextlib import closing

import pycurl
import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.client import HttpClient
from mediadl.net.proxy import GuardingProxy
from mediadl.net.resolving import Names
from mediadl.net.sockets import CurlAddress, GuardedSockets
from mediadl.net.transfer import Transfer
from tests.fakes.media_server import MediaServer
from tests.fakes.ssrf_vectors import VECTORS
from tests.unit.net.fetching import SHORT_TIMES, fetch
from tests.unit.net.test_addresses import open_networks

CANARY_HOST = "127.0.0.2"


@pytest.fixture(autouse=True)
def _one_address_opened(settings):
    open_networks(settings, "127.0.0.1/32")


@pytest.fixture
def canary():
    with MediaServer(host=CANARY_HOST) as server:
        server.behave("/", lambda exchange: exchange.respond(200, b"secret"))
        yield server
        assert server.connections == 0


@pytest.fixture
def site():
    with MediaServer() as server:
        yield server


def refused(call) -> None:
    with pytest.raises(MediaError) as caught:
        call()
    assert caught.value.kind == FailureKind.REFUSED


@pytest.mark.parametrize("form", VECTORS)
def test_forms_of_the_url(form, canary, site, tmp_path):
    url = form.replace("PORT", str(canary.port))
    names = Names(lambda _host, _port: [CANARY_HOST])
    with HttpClient(names=names, timeouts=SHORT_TIMES) as client:
        refused(lambda: client.get(url))
        refused(lambda: client.probe(url))
        refused(lambda: client.post(url, json={}))
    with closing(Transfer(names=names, timeouts=SHORT_TIMES)) as transfer:
        refused(lambda: fetch(url, tmp_path / "p", transfer=transfer))


@pytest.mark.parametrize("form", [form for form in VECTORS if "\r" not in form])
def test_the_same_as_redirects(form, canary, site, tmp_path):
    location = form.replace("PORT", str(canary.port))
    site.behave("/from", lambda exchange: exchange.respond(302, b"", {"Location": location}))
    names = Names(lambda _host, _port: [CANARY_HOST])
    with HttpClient(names=names, timeouts=SHORT_TIMES) as client:
        refused(lambda: client.get(site.url_of("/from")))


@pytest.mark.parametrize(
    "answer", [[CANARY_HOST], ["127.0.0.1", CANARY_HOST], ["::ffff:127.0.0.2"], ["10.0.0.1"], ["0.0.0.0"]]
)
def test_names_that_lead_there(answer, canary, tmp_path):
    names = Names(lambda _host, _port: answer)
    with HttpClient(names=names, timeouts=SHORT_TIMES) as client:
        refused(lambda: client.get(f"http://trap.example:{canary.port}/"))


def test_a_name_that_changes_its_address_between_check_and_use(canary, site):
    site.behave("/", lambda exchange: exchange.respond(200, b"fine"))
    answers = iter([["127.0.0.1"], [CANARY_HOST], [CANARY_HOST]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    names = Names(rebinding)
    url = f"http://rebind.example:{site.port}/"
    with HttpClient(names=names, timeouts=SHORT_TIMES) as client:
        assert client.get(url).body == b"fine"
        assert client.get(url).body == b"fine"
        assert asked == ["rebind.example"]  # asked once; the connection goes to what was checked
        names.forget("rebind.example")
        refused(lambda: client.get(url))


def test_every_redirect_asks_and_checks_again(canary, site):
    names = Names(lambda host, _port: ["127.0.0.1"] if host == "good.example" else [CANARY_HOST])
    site.behave("/", lambda e: e.respond(302, b"", {"Location": f"http://bad.example:{canary.port}/"}))
    with HttpClient(names=names, timeouts=SHORT_TIMES) as client:
        refused(lambda: client.get(f"http://good.example:{site.port}/"))
    assert site.request_count() == 1


@pytest.mark.parametrize("ip", [CANARY_HOST, "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.2", "fe80::1"])
def test_the_socket_refuses_whatever_went_before(ip, canary):
    sockets = GuardedSockets()
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    address = (ip, canary.port, 0, 0) if ":" in ip else (ip, canary.port)
    assert sockets.open(0, CurlAddress(family, socket.SOCK_STREAM, 6, address)) == pycurl.SOCKET_BAD
    assert sockets.open(0, CurlAddress(socket.AF_UNIX, socket.SOCK_STREAM, 0, b"/run/x")) == pycurl.SOCKET_BAD
    assert sockets.opened == 0


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h", "socks4a"])
def test_a_proxy_of_the_user_is_checked_as_well(scheme, canary, site):
    with HttpClient(proxy_url=f"{scheme}://{CANARY_HOST}:{canary.port}", timeouts=SHORT_TIMES) as client:
        refused(lambda: client.get(site.url_of("/")))


def test_no_target_gets_through_an_allowed_proxy(canary, site):
    proxy = GuardingProxy()
    proxy.start()
    try:
        names = Names(lambda _host, _port: [CANARY_HOST])
        with HttpClient(proxy_url=proxy.url, names=names, timeouts=SHORT_TIMES) as client:
            refused(lambda: client.get(f"http://trap.example:{canary.port}/"))
            refused(lambda: client.get(canary.url_of("/")))
    finally:
        proxy.stop()


def test_an_allowed_proxy_is_told_the_address_that_was_checked(site):
    site.behave("/", lambda exchange: exchange.respond(200, exchange.request.headers["host"].encode()))
    proxy = GuardingProxy()
    proxy.start()
    try:
        names = Names(lambda _host, _port: ["127.0.0.1"])
        with HttpClient(proxy_url=proxy.url, names=names, timeouts=SHORT_TIMES) as client:
            url = f"http://name.example:{site.port}/"  # the proxy itself could not resolve it
            assert client.get(url).text() == f"name.example:{site.port}"
    finally:
        proxy.stop()
