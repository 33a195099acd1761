"""Children behind the proxy that a person set for a site: SOCKS 5, and CONNECT over TLS."""

import random
import subprocess

import pytest

from mediadl.net.proxy import GuardingProxy
from mediadl.net.resolving import Names
from tests.fakes.certificates import make_certificate
from tests.fakes.media_server import MediaServer
from tests.fakes.upstream_proxy import UpstreamProxy

BODY = random.Random(2).randbytes(1_500_000)
ME = ("me", "pass:w@rd")


@pytest.fixture
def proxy():
    running = GuardingProxy(names=Names(lambda *_asked: ["127.0.0.1"]))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server():
    with MediaServer({"/a.jpg": BODY}) as running:
        yield running


@pytest.fixture
def tls(tmp_path, monkeypatch):
    made = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.trust_file))
    return made.context


@pytest.fixture(params=["socks5", "socks5h", "https", "http"])
def upstream(request, tls):
    with UpstreamProxy(request.param, tls=tls if request.param == "https" else None) as running:
        yield running


def curl(proxy: GuardingProxy, upstream_url: str, *arguments: str):
    guest = proxy.admit(upstream=upstream_url)
    command = ["curl", "-sS", "--max-time", "60", "--noproxy", "", "-x", proxy.url_of(guest), *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=90), guest


@pytest.mark.parametrize("way", [[], ["-p"]], ids=["plain", "tunnel"])
def test_requests_go_through_it_to_the_checked_address(proxy, server, upstream, way):
    done, guest = curl(proxy, upstream.url(), *way, f"http://name.example:{server.port}/a.jpg")
    assert done.stdout == BODY, done.stderr
    assert upstream.asked == [("127.0.0.1", server.port)]  # never the name: the proxy could look it up elsewhere
    assert server.requests[0].headers["host"] == f"name.example:{server.port}"
    assert guest.refusal() is None


def test_its_password_is_given_to_it_and_to_nobody_else(proxy, server, upstream):
    upstream.credentials = ME
    entered = f"{upstream.scheme}://me:pass%3Aw%40rd@127.0.0.1:{upstream.port}"
    done, _guest = curl(proxy, entered, server.url_of("/a.jpg"))
    assert done.stdout == BODY, done.stderr
    assert upstream.given == [ME]
    assert "pass" not in str(server.requests[0].headers)


@pytest.mark.parametrize("case", ["password", "refused", "gone"])
def test_its_refusal_is_the_reason_and_shows_no_password(proxy, server, upstream, case):
    url = f"{upstream.scheme}://me:wrong-s3cret@127.0.0.1:{upstream.port}"
    if case == "password":
        upstream.credentials = ME
    elif case == "refused":
        url, upstream.refuses = f"{upstream.scheme}://127.0.0.1:{upstream.port}", True
    else:
        upstream.__exit__()
        upstream.__enter__()  # so that the fixture can close it
        url = f"{upstream.scheme}://me:wrong-s3cret@127.0.0.1:1"
    done, guest = curl(proxy, url, "-f", server.url_of("/a.jpg"))
    assert done.returncode
    assert server.requests == []
    if case != "gone":
        error = guest.refusal()
        assert error is not None
        assert error.code == "UPSTREAM_PROXY_FAILED"
        assert "wrong-s3cret" not in error.detail


def test_a_proxy_whose_certificate_is_not_trusted_gets_no_password(proxy, server, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    with UpstreamProxy("https", ME, tls=make_certificate(other).context) as upstream:
        done, guest = curl(proxy, upstream.url(), "-f", server.url_of("/a.jpg"))
        assert done.returncode
        assert upstream.given == []
        assert guest.refusal().code == "UPSTREAM_PROXY_FAILED"


def test_behind_it_private_addresses_are_refused_all_the_same(proxy, upstream):
    done, guest = curl(proxy, upstream.url(), "-f", "http://10.0.0.1/a.jpg")
    assert done.returncode
    assert upstream.asked == []
    assert guest.refusal().code == "PRIVATE_ADDRESS"
