"""A stop ends a request within a second, wherever it waits."""

import random
import threading
import time
from collections.abc import Callable

import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.client import HttpClient
from mediadl.net.limits import Timeouts
from mediadl.net.resolving import Names
from mediadl.net.stopping import StopSignal
from mediadl.net.transfer import Transfer
from tests.fakes.media_server import MediaServer
from tests.unit.net.fetching import fetch, validators

BODY = random.Random(1).randbytes(500_000)
LIMIT_SECONDS = 1.0


def assert_stopped_in_time(stop: StopSignal, wait_for: Callable[[], object], work: Callable[[], object]) -> None:
    """Run ``work``, stop it once ``wait_for`` came back, and see that it ends in time as stopped."""
    stopped_at: list[float] = []

    def stop_it() -> None:
        wait_for()
        stopped_at.append(time.monotonic())
        stop.stop("cancel")

    stopper = threading.Thread(target=stop_it)
    stopper.start()
    with pytest.raises(MediaError) as caught:
        work()
    took = time.monotonic() - stopped_at[0]
    stopper.join()
    assert (caught.value.kind, caught.value.code) == (FailureKind.STOPPED, "STOPPED")
    assert took < LIMIT_SECONDS


@pytest.fixture
def server():
    with MediaServer({"/f": BODY}) as running:
        yield running


def test_in_the_middle_of_a_body_that_stalls(server, tmp_path):
    server.hold("/f", 200_000)
    stop = StopSignal()
    url = server.url_of("/f")
    assert_stopped_in_time(
        stop,
        lambda: server.wait_for_bytes("/f", 200_000),
        lambda: fetch(url, tmp_path / "p", transfer=Transfer(), stop=stop),
    )
    assert BODY.startswith((tmp_path / "p").read_bytes())


def test_in_the_middle_of_a_body_that_flows(server, tmp_path):
    server.bytes_per_second = 100_000
    stop = StopSignal()
    url = server.url_of("/f")
    assert_stopped_in_time(
        stop,
        lambda: server.wait_for_bytes("/f", 30_000),
        lambda: fetch(url, tmp_path / "p", transfer=Transfer(), stop=stop),
    )
    assert (tmp_path / "p").stat().st_size > 0


def test_while_no_answer_comes(server, tmp_path):
    stop = StopSignal()
    url = server.behave("/silent", lambda e: e.wait_until_client_leaves())
    assert_stopped_in_time(
        stop,
        lambda: server.wait_for_requests("/silent"),
        lambda: fetch(url, tmp_path / "p", transfer=Transfer(), stop=stop),
    )


def test_in_the_middle_of_slow_headers(server, tmp_path):
    def slow(exchange):
        exchange.send_raw(b"HTTP/1.1 200 OK\r\nX: ")
        exchange.wait_until_client_leaves()

    stop = StopSignal()
    url = server.behave("/slow", slow)
    assert_stopped_in_time(
        stop,
        lambda: server.wait_for_requests("/slow"),
        lambda: fetch(url, tmp_path / "p", transfer=Transfer(), stop=stop),
    )


def test_while_a_name_is_looked_up(tmp_path):
    asked, answer = threading.Event(), threading.Event()

    def slow_resolver(_host: str, _port: int) -> list[str]:
        asked.set()
        answer.wait(20)
        return ["127.0.0.1"]

    stop = StopSignal()
    transfer = Transfer(names=Names(slow_resolver))
    assert_stopped_in_time(
        stop, asked.wait, lambda: fetch("http://slow.example/", tmp_path / "p", transfer=transfer, stop=stop)
    )
    answer.set()


def test_while_a_page_is_read(server):
    server.hold("/f", 100_000)
    stop = StopSignal()
    client = HttpClient(stop=stop)
    assert_stopped_in_time(stop, lambda: server.wait_for_bytes("/f", 100_000), lambda: client.get(server.url_of("/f")))
    client.close()


def test_before_anything_is_sent(server, tmp_path):
    stop = StopSignal()
    stop.stop("shutdown")
    for resume in (None, validators(server.url_of("/f"))):
        (tmp_path / "p").write_bytes(b"x" * 100)
        with pytest.raises(MediaError, match="STOPPED"):
            fetch(server.url_of("/f"), tmp_path / "p", stop=stop, resume=resume)
    assert server.request_count() == 0


def test_the_next_fetch_of_the_same_thread_works(server, tmp_path):
    server.hold("/f", 200_000)
    transfer, stop = Transfer(timeouts=Timeouts()), StopSignal()
    assert_stopped_in_time(
        stop,
        lambda: server.wait_for_bytes("/f", 200_000),
        lambda: fetch(server.url_of("/f"), tmp_path / "p", transfer=transfer, stop=stop),
    )
    server.release("/f")
    fetch(server.url_of("/f"), tmp_path / "p", transfer=transfer, stop=StopSignal())
    assert (tmp_path / "p").read_bytes() == BODY
    transfer.close()
