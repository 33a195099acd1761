"""One file: fetched whole, hashed, within limits, over kept connections."""

import errno
import hashlib
import os
import random
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mediadl import failpoints
from mediadl.media import FailureKind, MediaError
from mediadl.net.transfer import Transfer, TransferRequest
from mediadl.net.validators import Validators
from tests.fakes.media_server import MediaServer
from tests.unit.net.fetching import SHORT_TIMES, fetch, opened

BODY = random.Random(1).randbytes(700_000)
SHA256 = hashlib.sha256(BODY).hexdigest()


def test_stores_and_describes_the_file(tmp_path):
    with MediaServer() as server:
        server.add("/a.jpg", BODY, etag='"v1"', headers={"Content-Disposition": 'inline; filename="été.jpg"'})
        result = fetch(server.url_of("/a.jpg"), tmp_path / "p")
    assert (tmp_path / "p").read_bytes() == BODY
    assert (result.size, result.sha256, result.received_bytes) == (len(BODY), SHA256, len(BODY))
    assert (result.status, result.content_type, result.etag, result.resumed_from) == (200, "image/jpeg", '"v1"', 0)
    assert result.last_modified == datetime(2025, 10, 13, 15, 45, 23, tzinfo=UTC)
    assert result.content_disposition_name == "été.jpg"


def test_sends_the_items_headers_but_asks_for_no_compression_and_no_part(tmp_path):
    sent = {"Referer": "http://page.example/", "Range": "bytes=5-", "Accept-Encoding": "gzip", "If-None-Match": "x"}
    with MediaServer({"/a.jpg": BODY}) as server:
        fetch(server.url_of("/a.jpg"), tmp_path / "p", headers=sent)
        seen = server.requests[0].headers
    assert seen["referer"] == "http://page.example/"
    assert "Firefox" in seen["user-agent"]
    assert not {"range", "accept-encoding", "if-none-match"} & seen.keys()


@pytest.mark.parametrize("header", [{"X": "a\r\nEvil: 1"}, {"X\r\nEvil": "1"}, {"X": "a\0"}, {"": "a"}])
def test_refuses_headers_that_would_change_the_request(header, tmp_path):
    with MediaServer({"/a.jpg": BODY}) as server:
        with pytest.raises(MediaError) as caught:
            fetch(server.url_of("/a.jpg"), tmp_path / "p", headers=header)
        assert (caught.value.code, server.request_count()) == ("BAD_HEADER", 0)


def test_throws_old_bytes_away_without_validators(tmp_path):
    (tmp_path / "p").write_bytes(b"old" * 500_000)
    with MediaServer({"/a.jpg": BODY}) as server:
        result = fetch(server.url_of("/a.jpg"), tmp_path / "p")
    assert (tmp_path / "p").read_bytes() == BODY
    assert result.sha256 == SHA256


def test_reports_validators_space_and_progress(tmp_path):
    seen: dict[str, list] = {"validators": [], "reserve": [], "progress": []}
    with MediaServer() as server:
        server.add("/a.jpg", BODY, etag='"v1"')
        url = server.url_of("/a.jpg")
        fetch(
            url,
            tmp_path / "p",
            on_validators=seen["validators"].append,
            reserve=seen["reserve"].append,
            on_progress=lambda done, total: seen["progress"].append((done, total)),
        )
    assert seen["validators"] == [Validators('"v1"', "Mon, 13 Oct 2025 15:45:23 GMT", len(BODY), url)]
    assert seen["reserve"] == [len(BODY)]
    done = [size for size, _ in seen["progress"]]
    assert done == sorted(done)
    assert seen["progress"][-1] == (len(BODY), len(BODY))


def test_no_space_for_the_announced_size_stops_before_the_body(tmp_path):
    def no_space(size: int) -> None:
        raise MediaError(FailureKind.DISK, "DISK_FULL", f"{size} bytes do not fit.")

    with MediaServer({"/a.jpg": BODY}) as server, pytest.raises(MediaError, match="DISK_FULL"):
        fetch(server.url_of("/a.jpg"), tmp_path / "p", reserve=no_space)
    assert (tmp_path / "p").stat().st_size == 0


def test_space_is_reserved_without_changing_the_size(tmp_path):
    body = random.Random(2).randbytes(6_000_000)
    sizes: list[tuple[int, int]] = []
    part = tmp_path / "p"
    with MediaServer({"/a.mp4": body}) as server:
        fetch(
            server.url_of("/a.mp4"),
            part,
            on_progress=lambda _done, _total: sizes.append((part.stat().st_size, part.stat().st_blocks * 512)),
        )
    assert sizes[0][0] < len(body) <= sizes[0][1]
    assert part.read_bytes() == body


def test_a_large_file_is_hashed_beside_and_right(tmp_path):
    body = random.Random(3).randbytes(20_000_001)
    with MediaServer({"/a.mp4": body}) as server:
        result = fetch(server.url_of("/a.mp4"), tmp_path / "p")
    assert result.sha256 == hashlib.sha256(body).hexdigest()
    assert (tmp_path / "p").read_bytes() == body
    assert not [thread for thread in threading.enumerate() if thread.name == "hash"]


@pytest.mark.parametrize("announced", [True, False])
def test_refuses_what_is_above_the_limit(announced, tmp_path):
    with MediaServer({"/a.jpg": BODY}) as server:
        server.behave("/chunked", lambda e: (e.send_head(200, {}), e.send_body(BODY), e.close()))
        url = server.url_of("/a.jpg" if announced else "/chunked")
        with pytest.raises(MediaError) as caught:
            fetch(url, tmp_path / "p", max_bytes=len(BODY) - 1)
    assert (caught.value.kind, caught.value.code) == (FailureKind.REFUSED, "TOO_LARGE")
    assert (tmp_path / "p").stat().st_size < len(BODY)


@pytest.mark.parametrize(("difference", "code"), [(1, "SHORT_BODY"), (-1, "LONG_BODY")])
def test_without_a_length_the_listings_size_counts(difference, code, tmp_path):
    with MediaServer() as server:
        url = server.behave("/a", lambda e: (e.send_head(200, {}), e.send_body(BODY), e.close()))
        with pytest.raises(MediaError, match=code):
            fetch(url, tmp_path / "p", expected_size=len(BODY) + difference)
        assert fetch(url, tmp_path / "p", expected_size=len(BODY)).size == len(BODY)


def test_the_answers_length_wins_over_the_listings(tmp_path):
    with MediaServer({"/a.jpg": BODY}) as server:
        assert fetch(server.url_of("/a.jpg"), tmp_path / "p", expected_size=5).size == len(BODY)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "DISK_FULL"),
        (errno.EDQUOT, "DISK_FULL"),
        (errno.EROFS, "DISK_READ_ONLY"),
        (errno.EIO, "DISK_ERROR"),
    ],
)
def test_disk_errors_are_told_apart(number, code):
    from mediadl.net.part_writer import disk_errors

    with pytest.raises(MediaError) as caught, disk_errors():
        raise OSError(number, os.strerror(number))
    assert (caught.value.kind, caught.value.code) == (FailureKind.DISK, code)


def test_a_full_disk_is_the_disks_fault_not_the_sites():
    with MediaServer({"/a.jpg": BODY}) as server, pytest.raises(MediaError) as caught:
        fetch(server.url_of("/a.jpg"), Path("/dev/full"))
    assert (caught.value.kind, caught.value.code) == (FailureKind.DISK, "DISK_FULL")


def test_what_arrived_before_a_failure_stays(tmp_path):
    with MediaServer({"/a.jpg": BODY}) as server:
        server.hold("/a.jpg", 300_000)
        with pytest.raises(MediaError, match="TIMEOUT"):
            fetch(server.url_of("/a.jpg"), tmp_path / "p")
    assert (tmp_path / "p").read_bytes() == BODY[:300_000]


def test_the_failpoint_is_passed_once_in_the_middle(tmp_path):
    with MediaServer({"/a.jpg": BODY}) as server:
        failpoints.arm("fetch.mid_body=raise@1")
        try:
            fetch(server.url_of("/a.jpg"), tmp_path / "first")
            with pytest.raises(failpoints.FailpointReached):
                fetch(server.url_of("/a.jpg"), tmp_path / "second")
        finally:
            failpoints.arm("")
    left = (tmp_path / "second").read_bytes()
    assert len(BODY) // 2 <= len(left) < len(BODY)
    assert BODY.startswith(left)


def test_files_of_one_thread_share_a_connection(tmp_path):
    files = {f"/{number}.jpg": BODY for number in range(20)}
    with MediaServer(files) as server:
        transfer = Transfer(timeouts=SHORT_TIMES)
        for path in files:
            assert fetch(server.url_of(path), tmp_path / "p", transfer=transfer).sha256 == SHA256
        assert (server.connections, transfer.connections_opened) == (1, 1)
        transfer.close()


def test_a_connection_that_died_while_idle_is_made_anew(tmp_path):
    with MediaServer({"/a.jpg": BODY}) as server:
        url = server.behave("/last", lambda e: (e.respond(200, BODY), e.close()))
        transfer = Transfer(timeouts=SHORT_TIMES)
        for _ in range(3):
            assert fetch(url, tmp_path / "p", transfer=transfer).sha256 == SHA256
        assert server.connections == 3
        transfer.close()


def test_a_late_message_on_an_idle_connection_is_not_taken_for_a_long_body(tmp_path):
    def chatty(exchange):
        exchange.respond(200, BODY)
        sent = threading.Thread(target=lambda: (exchange.wait(0.1), exchange.send_raw(b"HTTP/1.1 408 Late\r\n\r\n")))
        sent.start()
        sent.join()
        done.set()

    done = threading.Event()
    with MediaServer({"/a.jpg": BODY}) as server, MediaServer({"/b.jpg": BODY}) as other:
        transfer = Transfer(timeouts=SHORT_TIMES)
        fetch(server.behave("/chatty", chatty), tmp_path / "p", transfer=transfer)
        assert done.wait(5)
        assert fetch(other.url_of("/b.jpg"), tmp_path / "p", transfer=transfer).sha256 == SHA256
        assert fetch(server.url_of("/a.jpg"), tmp_path / "p", transfer=transfer).sha256 == SHA256
        transfer.close()


def test_an_error_does_not_cost_the_connection(tmp_path):
    with MediaServer({"/a.jpg": BODY}) as server:
        transfer = Transfer(timeouts=SHORT_TIMES)
        assert fetch(server.url_of("/a.jpg"), tmp_path / "p", transfer=transfer).sha256 == SHA256
        with pytest.raises(MediaError, match="HTTP_404"):
            fetch(server.url_of("/none.jpg"), tmp_path / "p", transfer=transfer)
        assert fetch(server.url_of("/a.jpg"), tmp_path / "p", transfer=transfer).sha256 == SHA256
        assert server.connections <= 2
        transfer.close()


def test_the_sites_own_wait_is_told_on(tmp_path):
    with MediaServer() as server:
        url = server.behave("/a", lambda e: e.respond(429, b"", {"Retry-After": "99999999"}))
        with pytest.raises(MediaError) as caught:
            fetch(url, tmp_path / "p")
    assert (caught.value.kind, caught.value.retry_after, caught.value.status) == (
        FailureKind.TOLD_TO_WAIT,
        86400.0,
        429,
    )


def test_requests_are_counted_hop_by_hop(tmp_path):
    asked: list[str] = []
    with MediaServer({"/a.jpg": BODY}) as server:
        url = server.behave("/from", lambda e: e.respond(302, b"", {"Location": "/a.jpg"}))
        result = fetch(url, tmp_path / "p", before_request=asked.append)
        assert asked == [url, server.url_of("/a.jpg")]
    assert result.url == asked[-1]


def test_descriptors_are_not_leaked(tmp_path):
    with MediaServer({"/a.jpg": BODY}) as server:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(5):
            transfer = Transfer(timeouts=SHORT_TIMES)
            with opened(tmp_path / "p") as descriptor:
                transfer.fetch(TransferRequest(url=server.url_of("/a.jpg"), fd=descriptor))
            transfer.close()
        # The server lives in this process too: its side of a closed connection may end a moment later.
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


def test_ipv6_literals(tmp_path):
    with MediaServer({"/a.jpg": BODY}, host="::1") as server:
        assert fetch(server.url_of("/a.jpg"), tmp_path / "p").sha256 == SHA256
