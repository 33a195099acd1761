"""Requests that the guarding proxy and a site would read differently go nowhere."""

from collections.abc import Iterator

import pytest

from mediadl.net.proxy import GuardingProxy
from tests.fakes.media_server import MediaServer
from tests.unit.net.test_proxy import authorised, say, status_of


@pytest.fixture
def proxy() -> Iterator[GuardingProxy]:
    running = GuardingProxy()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer({"/a.jpg": b"a"}) as running:
        yield running


SECOND = "GET /b.jpg HTTP/1.1\r\nHost: inner\r\n\r\n"
AMBIGUOUS = {
    "two lengths": (["Content-Length: 0", f"Content-Length: {len(SECOND)}"], SECOND),
    "two lengths, the other way": ([f"Content-Length: {len(SECOND)}", "Content-Length: 0"], SECOND),
    "length and chunks": (["Content-Length: 5", "Transfer-Encoding: chunked"], f"0\r\n\r\n{SECOND}"),
    "space before the colon": (["Content-Length : 3"], "abc"),
    "chunks with a space": (["Transfer-Encoding : chunked"], f"0\r\n\r\n{SECOND}"),
    "other encoding": (["Transfer-Encoding: xchunked"], SECOND),
    "chunks": (["Transfer-Encoding: chunked"], f"3\r\nabc\r\n0\r\n\r\n{SECOND}"),
    "folded": (["X-A: 1", " Content-Length: 3"], "abc"),
    "bare newline": (["X-A: 1\nProxy-Authorization: Basic c2VjcmV0\nTransfer-Encoding: chunked"], ""),
    "bare return": (["X-A: 1\rHost: inner"], ""),
    "NUL": (["X-A: 1\x00"], ""),
    "no name": ([": x"], ""),
    "no colon": (["GET /b.jpg HTTP/1.1"], ""),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_an_ambiguous_request_is_refused_and_nothing_of_it_goes_on(proxy, server, name):
    headers, body = AMBIGUOUS[name]
    head = authorised(proxy, f"POST {server.url_of('/a.jpg')} HTTP/1.1", *headers)
    answer = say(proxy, head + body.encode("latin-1"))
    assert status_of(answer) == 400
    assert not server.requests
