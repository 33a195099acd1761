"""Redirects: each hop checked, nothing secret carried along."""

import pytest

from mediadl.media import MediaError
from mediadl.net.client import HttpClient
from mediadl.net.cookies import Cookie
from tests.fakes.certificates import make_certificate
from tests.fakes.media_server import MediaServer

SECRETS = {"Authorization": "Bearer x", "Cookie": "a=1", "X-Kept": "1"}


def to(location: str, status: int = 302):
    return lambda exchange: exchange.respond(status, b"elsewhere", {"Location": location})


def there(exchange):
    exchange.respond(200, b"there")


@pytest.fixture
def servers():
    with MediaServer() as first, MediaServer() as second:
        second.behave("/there", there)
        first.behave("/there", there)
        yield first, second


@pytest.fixture
def client():
    with HttpClient() as made:
        yield made


@pytest.mark.parametrize(
    "location", ["/there", "there", "./x/../there", "?/../there", "//HOST/there", "http://HOST/there#x"]
)
def test_relative_and_absolute_forms(servers, client, location):
    first, _ = servers
    url = first.behave("/from", to(location.replace("HOST", f"127.0.0.1:{first.port}").replace("?/..", ".")))
    got = client.get(url)
    assert (got.body, got.url) == (b"there", first.url_of("/there"))


def test_credentials_stay_at_their_origin(servers, client):
    first, second = servers
    url = first.behave("/from", to(second.url_of("/there")))
    client.get(url, headers=SECRETS)
    assert first.requests[0].headers["authorization"] == "Bearer x"
    assert not {"authorization", "cookie"} & second.requests[0].headers.keys()
    assert second.requests[0].headers["x-kept"] == "1"


def test_credentials_stay_with_their_own_origin_on_the_way(servers, client):
    first, _ = servers
    client.get(first.behave("/from", to("/there")), headers=SECRETS)
    assert first.requests[1].headers["authorization"] == "Bearer x"


def test_cookies_set_on_the_way_belong_to_their_host(servers):
    first, second = servers

    def setting(exchange):
        exchange.respond(302, b"", {"Location": f"http://localhost:{second.port}/there", "Set-Cookie": "a=1"})

    with HttpClient() as client:
        client.get(first.behave("/from", setting))
        client.get(first.url_of("/there"))
    assert "cookie" not in second.requests[0].headers
    assert first.requests[-1].headers["cookie"] == "a=1"


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_becomes_a_get(servers, client, status):
    first, _ = servers
    client.post(first.behave("/from", to("/there", status)), json={"a": 1})
    assert (first.requests[1].method, first.requests[1].body) == ("GET", b"")
    assert "content-type" not in first.requests[1].headers


@pytest.mark.parametrize("status", [307, 308])
def test_a_post_stays_one_where_the_status_says_so(servers, client, status):
    first, _ = servers
    client.post(first.behave("/from", to("/there", status)), json={"a": 1})
    assert (first.requests[1].method, first.requests[1].body) == ("POST", b'{"a":1}')


@pytest.mark.parametrize("hops", [5, 6])
def test_five_are_followed_and_no_more(servers, client, hops):
    first, _ = servers
    for number in range(hops):
        first.behave(f"/{number}", to(f"/{number + 1}" if number + 1 < hops else "/there"))
    if hops == 5:
        assert client.get(first.url_of("/0")).body == b"there"
    else:
        with pytest.raises(MediaError, match="TOO_MANY_REDIRECTS"):
            client.get(first.url_of("/0"))
    assert first.request_count() == 6


def test_no_way_from_https_to_http_with_credentials(tmp_path, monkeypatch):
    made = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.trust_file))
    with MediaServer(tls=made.context) as secure, MediaServer() as plain:
        plain.behave("/there", there)
        url = secure.behave("/from", to(plain.url_of("/there")))
        with HttpClient() as client, pytest.raises(MediaError, match="INSECURE_REDIRECT"):
            client.get(url, headers={"Authorization": "x"})
        with HttpClient(cookies=[Cookie("127.0.0.1", "a", "1")]) as client, pytest.raises(MediaError, match="INSECURE"):
            client.get(url)
        assert plain.request_count() == 0
        with HttpClient() as client:
            assert client.get(url).body == b"there"
