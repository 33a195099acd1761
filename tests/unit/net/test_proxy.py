"""The guarding proxy: a password, checked targets, whole bytes, nothing left behind."""

import base64
import dataclasses
import random
import socket
import threading
from contextlib import suppress

import psutil
import pytest
from django.conf import settings as django_settings

from mediadl.net import proxy_tunnels
from mediadl.net.proxy import GuardingProxy
from mediadl.net.proxy_guests import ProxyGuest
from mediadl.net.resolving import Names
from tests.fakes.certificates import make_certificate
from tests.fakes.media_server import MediaServer
from tests.product.running import wait_for
from tests.unit.net.test_addresses import open_networks

BODY = random.Random(1).randbytes(2_000_000)


@pytest.fixture
def proxy():
    running = GuardingProxy()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server():
    with MediaServer({"/a.jpg": BODY}) as running:
        yield running


def say(proxy: GuardingProxy, data: bytes, *, finish: bool = True) -> bytes:
    """Send ``data`` to the proxy as it is; returns all that comes back."""
    host, port = proxy.address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(data)
        if finish:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def authorised(proxy: GuardingProxy, first_line: str, *headers: str) -> bytes:
    token = base64.b64encode(":".join(proxy.credentials).encode()).decode()
    lines = [first_line, f"Proxy-Authorization: Basic {token}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def curl(proxy_url: str, *arguments: str):
    import subprocess

    return subprocess.run(["curl", "-sS", "-x", proxy_url, *arguments], capture_output=True, timeout=20, check=False)


def test_passes_plain_requests_and_tunnels_on(proxy, server):
    for way in ([], ["-p"]):
        assert curl(proxy.url, *way, server.url_of("/a.jpg")).stdout == BODY
    assert "proxy-authorization" not in server.requests[0].headers
    assert server.requests[0].target == "/a.jpg"


def test_passes_tls_through_untouched(proxy, tmp_path):
    made = make_certificate(tmp_path)
    with MediaServer({"/a.jpg": BODY}, tls=made.context) as secure:
        assert curl(proxy.url, "--cacert", str(made.trust_file), secure.url_of("/a.jpg")).stdout == BODY


def test_passes_ipv6_targets(proxy):
    with MediaServer({"/a.jpg": BODY}, host="::1") as server:
        for way in ([], ["-p"]):
            assert curl(proxy.url, *way, server.url_of("/a.jpg")).stdout == BODY


def test_passes_bodies_up(proxy, server):
    server.behave("/post", lambda exchange: exchange.respond(200, exchange.request.body[::-1]))
    assert curl(proxy.url, "-d", "abc" * 1000, server.url_of("/post")).stdout == b"cba" * 1000


@pytest.mark.parametrize("credentials", ["", "child:wrong@", "other:PASSWORD@", ":PASSWORD@"])
def test_answers_407_without_the_password(proxy, server, credentials):
    credentials = credentials.replace("PASSWORD", proxy.credentials[1])
    for way in ([], ["-p"]):
        done = curl(
            f"http://{credentials}{proxy.address}",
            *way,
            "-o",
            "/dev/null",
            "-w",
            "%{http_code} %{http_connect}",
            server.url_of("/a.jpg"),
        )
        assert b"407" in done.stdout
    assert server.connections == 0


@pytest.mark.parametrize(
    "header", ["Proxy-Authorization: Basic !!!", "Proxy-Authorization: Bearer x", "Proxy-Authorization:"]
)
def test_answers_407_to_a_password_that_cannot_be_read(proxy, header):
    answer = say(proxy, f"CONNECT a.example:443 HTTP/1.1\r\n{header}\r\n\r\n".encode())
    assert status_of(answer) == 407
    assert b"Proxy-Authenticate: Basic" in answer


TARGETS = [
    "127.0.0.2",
    "2130706434",
    "0x7f.2",
    "[::ffff:127.0.0.2]",
    "[::1]",
    "10.0.0.1",
    "169.254.169.254",
    "metadata.google.internal",
    "printer",
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("line", ["CONNECT TARGET:80 HTTP/1.1", "GET http://TARGET/ HTTP/1.1"])
def test_refuses_targets_that_are_not_public(proxy, settings, line, target):
    open_networks(settings)
    answer = say(proxy, authorised(proxy, line.replace("TARGET", target)))
    assert status_of(answer) == 403
    assert b"PRIVATE_ADDRESS" in answer


def test_refuses_names_that_lead_to_private_addresses(server):
    guarded = GuardingProxy(names=Names(lambda _host, _port: ["127.0.0.1", "10.0.0.1"]))
    guarded.start()
    try:
        answer = say(guarded, authorised(guarded, f"GET http://trap.example:{server.port}/ HTTP/1.1"))
        assert (status_of(answer), server.connections) == (403, 0)
    finally:
        guarded.stop()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /a.jpg HTTP/1.1", 400),
        ("GET ftp://a.example/ HTTP/1.1", 400),
        ("GET https://a.example/ HTTP/1.1", 400),
        ("CONNECT a.example HTTP/1.1", 400),
        ("CONNECT a.example:443/x HTTP/1.1", 400),
        ("CONNECT user@a.example:443 HTTP/1.1", 400),
        ("CONNECT a.example:99999 HTTP/1.1", 403),
        ("GET http://user:pass@a.example/ HTTP/1.1", 403),
        ("nonsense", 400),
        ("GET http://no.such.invalid/ HTTP/1.1", 502),
        ("CONNECT 127.0.0.1:9 HTTP/1.1", 502),
    ],
)
def test_answers_what_it_does_not_do(proxy, request_line, status):
    assert status_of(say(proxy, authorised(proxy, request_line))) == status


def test_refuses_an_endless_head(proxy):
    try:
        answer = say(proxy, b"GET http://a.example/ HTTP/1.1\r\n" + b"X: y\r\n" * 50_000, finish=False)
    except ConnectionError:
        return  # closed before all of it was read
    assert status_of(answer) == 431


def test_a_second_request_on_a_connection_goes_nowhere_else(proxy, server):
    with MediaServer(host="127.0.0.2") as canary:
        canary.behave("/", lambda exchange: exchange.respond(200, b"secret"))
        head = authorised(proxy, f"GET {server.url_of('/none')} HTTP/1.1")
        answer = say(proxy, head + f"GET {canary.base_url}/ HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert status_of(answer) == 404
        assert canary.connections == 0


def test_a_host_map_stands_in_for_sites_in_tests(server, settings):
    mapped = GuardingProxy(host_map={"site.example": f"127.0.0.1:{server.port}"})
    mapped.start()
    try:
        open_networks(settings)  # the map goes round the check, which is why it is for tests only
        assert curl(mapped.url, "http://site.example/a.jpg").stdout == BODY
        assert server.requests[0].headers["host"] == "site.example"
        assert status_of(say(mapped, authorised(mapped, f"GET {server.url_of('/a.jpg')} HTTP/1.1"))) == 403
    finally:
        mapped.stop()
    settings.ENVIRONMENT = dataclasses.replace(django_settings.ENVIRONMENT, is_test=False)
    with pytest.raises(ValueError, match="MEDIADL_ENV"):
        GuardingProxy(host_map={"a": "127.0.0.1:1"})


def test_an_idle_tunnel_is_closed(proxy, server, monkeypatch):
    monkeypatch.setattr(proxy_tunnels, "IDLE_SECONDS", 0.2)
    answer = say(proxy, authorised(proxy, f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"), finish=False)
    assert answer == b"HTTP/1.1 200 Connection established\r\n\r\n"


def test_a_download_goes_on_while_only_one_side_speaks(proxy, server, monkeypatch):
    monkeypatch.setattr(proxy_tunnels, "IDLE_SECONDS", 0.2)
    server.bytes_per_second = 3_000_000
    assert curl(proxy.url, "-p", server.url_of("/a.jpg")).stdout == BODY


def test_many_at_once(proxy, server):
    results: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: results.append(curl(proxy.url, "-p", server.url_of("/a.jpg")).stdout))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [BODY] * 12


def test_stop_ends_everything_and_start_opens_again(server):
    proxy = GuardingProxy()
    with pytest.raises(RuntimeError):
        _ = proxy.url
    proxy.start()
    proxy.start()
    host, port = proxy.address.split(":")
    server.hold("/a.jpg", 1000)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(authorised(proxy, f"GET {server.url_of('/a.jpg')} HTTP/1.1"))
        assert server.wait_for_bytes("/a.jpg", 1000)
        proxy.stop()
        with suppress(ConnectionError):
            while connection.recv(65536):
                continue  # until it is closed
    assert not [thread for thread in threading.enumerate() if thread.name == "guarding proxy"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)
    proxy.stop()
    proxy.start()
    server.release("/a.jpg")
    assert curl(proxy.url, server.url_of("/a.jpg")).stdout == BODY
    proxy.stop()


def test_each_has_a_password_of_its_own():
    assert GuardingProxy().credentials != GuardingProxy().credentials


def test_what_children_have_left_open_ends_when_their_work_does(proxy, server):
    """A child that was killed looks like one that said all it had to; the site may stay silent for long."""
    server.add("/held.jpg", BODY)
    server.hold("/held.jpg", 100)  # says no more, and does not look whether the client has left
    guest, other = proxy.admit(), proxy.admit()
    open_ones = [hanging_request(proxy, each, server) for each in (guest, other)]
    assert server.wait_for_bytes("/held.jpg", 100)
    for connection in open_ones:
        connection.shutdown(socket.SHUT_WR)

    proxy.dismiss(guest)

    wait_for(lambda: len(connections_to(server.port)) == 1, 5, "the site is left")
    proxy.dismiss(other)
    wait_for(lambda: not connections_to(server.port), 5, "the site is left by the other one, too")
    for connection in open_ones:
        connection.close()


def hanging_request(proxy: GuardingProxy, guest: ProxyGuest, server: MediaServer) -> socket.socket:
    """A request that the site has begun to work on."""
    host, port = proxy.address.split(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    token = base64.b64encode(":".join(guest.credentials).encode()).decode()
    lines = [f"GET {server.url_of('/held.jpg')} HTTP/1.1", f"Proxy-Authorization: Basic {token}", "", ""]
    before = server.request_count()
    connection.sendall("\r\n".join(lines).encode())
    assert server.wait_for_requests("/held.jpg", before + 1)
    return connection


def connections_to(port: int) -> list[object]:
    """This process's own connections to ``port``."""
    mine = psutil.Process().net_connections("tcp")
    return [one for one in mine if one.raddr and one.raddr.port == port]
