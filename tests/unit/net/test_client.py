"""Pages: read within limits, decoded, judged by their status."""

import gzip
import random
import zlib

import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.client import HttpClient, Response
from mediadl.net.cookies import Cookie
from mediadl.net.headers import HeaderMap
from mediadl.net.limits import Timeouts
from mediadl.net.resolving import Names
from tests.fakes.certificates import make_certificate
from tests.fakes.hostile_behaviours import BROTLI_BOMB
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.unit.net.fetching import SHORT_TIMES


@pytest.fixture
def server():
    with MediaServer() as running:
        yield running


@pytest.fixture
def client():
    with HttpClient(timeouts=SHORT_TIMES) as made:
        yield made


def page(body: bytes, **headers: str):
    return lambda exchange: exchange.respond(200, body, {name.replace("_", "-"): v for name, v in headers.items()})


def response(body: bytes, content_type: str = "", status: int = 200, **headers: str) -> Response:
    pairs = [("Content-Type", content_type), *((name.replace("_", "-"), v) for name, v in headers.items())]
    return Response("http://a.example/", status, HeaderMap(pairs), body)


def test_reads_a_page(server, client):
    got = client.get(server.behave("/p", page(b"hello", Content_Type="text/plain", X_A="1")))
    assert (got.status, got.body, got.text(), got.truncated) == (200, b"hello", "hello", False)
    assert (got.headers["CONTENT-TYPE"], got.headers.get("x-a"), got.url) == ("text/plain", "1", server.url_of("/p"))


def test_an_error_status_is_an_answer_too(server, client):
    got = client.get(server.url_of("/none"))
    assert (got.status, got.body) == (404, b"not here")
    with pytest.raises(MediaError, match="HTTP_404"):
        got.raise_for_status()


def test_posts_json_and_forms(server, client):
    url = server.behave("/p", page(b"{}"))
    client.post(url, json={"a": [1, "ü"]})
    client.post(url, form={"q": "ü &"})
    first, second = server.requests
    assert (first.method, first.body, first.headers["content-type"]) == (
        "POST",
        '{"a":[1,"ü"]}'.encode(),
        "application/json",
    )
    assert (second.body, second.headers["content-type"]) == (b"q=%C3%BC+%26", "application/x-www-form-urlencoded")
    client.get(url)
    assert (server.requests[2].method, server.requests[2].body) == ("GET", b"")


def test_a_probe_is_cut_off(server, client):
    server.add("/big", random.Random(1).randbytes(5_000_000))
    got = client.probe(server.url_of("/big"), max_bytes=1000)
    assert (len(got.body), got.truncated) == (1000, True)
    small = client.probe(server.behave("/small", page(b"x" * 1000)), max_bytes=1000)
    assert (len(small.body), small.truncated) == (1000, False)


def test_a_probe_of_an_endless_page_ends(server, client):
    def endless(exchange: Exchange) -> None:
        exchange.send_head(200, {})
        while True:
            exchange.send_body(b"x" * 1000)

    assert client.probe(server.behave("/endless", endless)).truncated


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
def test_a_page_above_the_limit_is_refused(server, client, size):
    url = server.behave("/p", page(b"x" * size))
    with pytest.raises(MediaError) as caught:
        client.get(url, max_bytes=1_000_000)
    assert (caught.value.kind, caught.value.code) == (FailureKind.REFUSED, "TOO_LARGE")
    assert len(client.get(server.behave("/q", page(b"x" * 1_000_000)), max_bytes=1_000_000).body) == 1_000_000


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(bytes(64 << 20)), "gzip"),
        (BROTLI_BOMB, "br"),
        (zlib.compress(bytes(64 << 20)), "deflate"),
        (gzip.compress(gzip.compress(bytes(64 << 20))), "gzip, gzip"),
    ],
)
def test_the_limit_counts_unpacked_bytes(server, client, body, encoding):
    url = server.behave("/bomb", page(body, Content_Encoding=encoding))
    with pytest.raises(MediaError, match="TOO_LARGE"):
        client.get(url)


def test_an_over_long_chain_of_encodings_is_refused(server, client):
    url = server.behave("/chain", page(b"x", Content_Encoding=", ".join(["gzip"] * 20)))
    with pytest.raises(MediaError, match="BAD_RESPONSE"):
        client.get(url)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_unpacks_pages(server, client, encoding, pack):
    assert client.get(server.behave("/p", page(pack(b"hello"), Content_Encoding=encoding))).body == b"hello"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("ü€".encode(), "text/html", "ü€"),
        ("ü".encode("latin-1"), "text/html; charset=ISO-8859-1", "ü"),
        ("ü".encode("latin-1"), 'text/html; charset="latin-1"', "ü"),
        ("Жз".encode("cp1251"), "text/html; charset=windows-1251", "Жз"),
        ("<meta charset='koi8-r'>Жз".encode("koi8-r"), "text/html", "<meta charset='koi8-r'>Жз"),
        ("ü".encode(), "text/html; charset=no-such-thing", "ü"),
        (b"\xef\xbb\xbf\xc3\xbc", "text/html; charset=latin-1", "ü"),
        ("ü".encode("utf-16"), "text/plain", "ü"),
        (b"a\xffb", "text/html; charset=utf-8", "a�b"),
        (b"abc", "text/html; charset=hex", "abc"),
        (b"", "", ""),
    ],
)
def test_text_is_read_by_what_the_page_says_and_never_fails(body, content_type, text):
    assert response(body, content_type).text() == text


def test_json():
    assert response(b'{"a": [1]}').json() == {"a": [1]}
    for body in (b"<html>", b"", b"[" * 100_000, b'{"a": NaN}', b"\xff"):
        with pytest.raises(MediaError) as caught:
            response(body).json()
        assert (caught.value.kind, caught.value.code) == (FailureKind.SITE_CHANGED, "NOT_JSON")


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, FailureKind.GONE, "HTTP_404"),
        (410, FailureKind.GONE, "HTTP_410"),
        (401, FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED"),
        (403, FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED"),
        (408, FailureKind.TRANSIENT, "HTTP_408"),
        (500, FailureKind.TRANSIENT, "HTTP_500"),
        (503, FailureKind.TRANSIENT, "HTTP_503"),
        (429, FailureKind.TOLD_TO_WAIT, "HTTP_429"),
        (302, FailureKind.TRANSIENT, "HTTP_302"),
        (400, FailureKind.SITE_CHANGED, "HTTP_400"),
    ],
)
def test_what_a_pages_status_means(status, kind, code):
    with pytest.raises(MediaError) as caught:
        response(b"", status=status).raise_for_status()
    assert (caught.value.kind, caught.value.code, caught.value.status) == (kind, code, status)


def test_success_raises_nothing():
    response(b"", status=204).raise_for_status()


def test_a_busy_site_that_names_a_time_is_waited_for():
    with pytest.raises(MediaError) as caught:
        response(b"", status=503, Retry_After="7").raise_for_status()
    assert (caught.value.kind, caught.value.retry_after) == (FailureKind.TOLD_TO_WAIT, 7.0)


def test_cookies_go_to_their_host_only_and_sites_may_set_their_own(server):
    def setting(exchange: Exchange) -> None:
        exchange.respond(200, b"", {"Set-Cookie": "own=1; Path=/"})

    cookies = [
        Cookie("site.example", "mine", "1"),
        Cookie("other.example", "theirs", "1"),
        Cookie("site.example", "tls", "1", secure=True),
        Cookie("site.example", "elsewhere", "1", path="/only-there"),
        Cookie("site.example", "old", "1", expires=1),
    ]
    server.behave("/set", setting)
    server.behave("/p", page(b""))
    with HttpClient(cookies=cookies, names=Names(lambda _host, _port: ["127.0.0.1"])) as client:
        client.get(f"http://site.example:{server.port}/set")
        client.get(f"http://site.example:{server.port}/p")
    assert server.requests[0].headers["cookie"] == "mine=1"
    assert sorted(server.requests[1].headers["cookie"].split("; ")) == ["mine=1", "own=1"]


def test_headers_of_the_client_and_of_the_request(server):
    url = server.behave("/p", page(b""))
    with HttpClient(user_agent="UA/1", headers={"X-A": "1", "Accept": "image/*"}) as client:
        client.get(url, headers={"X-B": "2", "User-Agent": "UA/2", "Host": "evil.example"})
        client.get(url)
    first, second = (request.headers for request in server.requests)
    assert (first["x-a"], first["x-b"], first["user-agent"], first["accept"]) == ("1", "2", "UA/2", "image/*")
    assert first["host"] == f"127.0.0.1:{server.port}"
    assert (second["user-agent"], "x-b" in second) == ("UA/1", False)


def test_requests_share_a_connection(server, client):
    for _ in range(5):
        client.get(server.behave("/p", page(b"x")))
    assert server.connections == 1


def test_before_request_can_refuse(server):
    def no_budget(_url: str) -> None:
        raise MediaError(FailureKind.TOLD_TO_WAIT, "BUDGET", "Later.", retry_after=5)

    with HttpClient(before_request=no_budget) as client, pytest.raises(MediaError, match="BUDGET"):
        client.get(server.url_of("/p"))
    assert server.request_count() == 0


def test_the_environments_proxies_are_ignored(server, client, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with HttpClient() as fresh:
        assert fresh.get(server.behave("/p", page(b"x"))).body == b"x"


def test_a_page_that_drips_ends_by_the_total_time(server):
    def drip(exchange: Exchange) -> None:
        exchange.send_head(200, {})
        while True:
            exchange.send_body(b"x" * 200)
            exchange.wait(0.05)

    times = Timeouts(stall=5, stall_bytes_per_second=1000, total=0.5)
    with HttpClient(timeouts=times) as client, pytest.raises(MediaError, match="TIMEOUT"):
        client.get(server.behave("/drip", drip))


def test_a_closed_port_and_an_unknown_name(client):
    for url, code in (("http://127.0.0.1:9/", "CONNECTION_FAILED"), ("http://no.such.invalid/", "NAME_NOT_RESOLVED")):
        with pytest.raises(MediaError) as caught:
            client.get(url)
        assert (caught.value.kind, caught.value.code) == (FailureKind.TRANSIENT, code)


def test_https_needs_a_certificate_that_is_trusted(tmp_path, monkeypatch, client):
    made = make_certificate(tmp_path)
    with MediaServer({"/a": b"secret"}, tls=made.context) as server:
        with pytest.raises(MediaError) as caught:
            client.get(server.url_of("/a"))
        assert (caught.value.kind, caught.value.code) == (FailureKind.TRANSIENT, "TLS_ERROR")
        monkeypatch.setenv("SSL_CERT_FILE", str(made.trust_file))
        with HttpClient() as trusting:
            assert trusting.get(server.url_of("/a")).body == b"secret"
