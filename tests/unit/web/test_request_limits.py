"""What is too large, too slow or malformed is refused while it arrives, in the API's error format."""

import json
import time
from typing import Any

import httpx
import pytest

from tests.unit.web.raw_client import RawAnswer, connect, exchange, read_answer
from tests.unit.web.server_process import ServerProcess

MIB = 1024 * 1024


def _error(answer: RawAnswer) -> dict[str, Any]:
    """The error, checked for the format that every error has."""
    error = json.loads(answer.body)
    assert set(error) == {"detail", "error_code", "timestamp", "request_id"}
    assert answer.headers["x-request-id"] == error["request_id"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers
    return error


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(server: ServerProcess) -> None:
    head = f"POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: {MIB + 1}\r\nExpect: 100-continue\r\n\r\n"
    answer = exchange(server.port, head.encode())
    assert answer.status == 413
    assert _error(answer)["error_code"] == "PAYLOAD_TOO_LARGE"


def test_a_client_that_sends_it_all_the_same_reads_the_refusal(server: ServerProcess) -> None:
    answer = httpx.post(f"{server.url}/hello", content=b"x" * (20 * MIB), timeout=20)
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "PAYLOAD_TOO_LARGE"


def test_a_chunked_body_is_refused_once_it_is_too_large(server: ServerProcess) -> None:
    with connect(server.port) as client:
        client.sendall(b"POST /hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(40):
            client.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        answer = read_answer(client)
    assert answer.status == 413
    _error(answer)


def test_a_body_of_exactly_the_limit_is_taken(server: ServerProcess) -> None:
    assert httpx.post(f"{server.url}/hello", content=b"x" * MIB).status_code == 200


def test_large_bodies_cost_no_memory(server: ServerProcess) -> None:
    before = server.resident_bytes()
    with connect(server.port) as client:
        client.sendall(b"POST /hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(60):
            client.sendall(b"80000\r\n" + b"x" * 0x80000 + b"\r\n")
    assert server.resident_bytes() - before < 10 * MIB


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 900) for n in range(30)), 400),
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nNo colon here\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400),
        (b"GET /?\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400),
    ],
)
def test_what_is_no_proper_request_is_refused(server: ServerProcess, request_head: bytes, status: int) -> None:
    answer = exchange(server.port, request_head)
    assert answer.status == status
    _error(answer)


def test_headers_that_trickle_in_are_cut_off(server: ServerProcess) -> None:
    started = time.monotonic()
    with connect(server.port) as client:
        client.sendall(b"GET /hello HTTP/1.1\r\nHost: x\r\n")
        client.settimeout(0.2)
        data = b""
        while time.monotonic() - started < 6 and not data:
            client.sendall(b"X-Slow: 1\r\n")
            try:
                data = client.recv(65536)
            except TimeoutError:
                continue
    assert b" 408 " in data
    assert 1 < time.monotonic() - started < 5


def test_a_client_cannot_choose_the_url_prefix(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.url}/describe", headers={"Daphne-Root-Path": "/evil"})
    assert answer.json()["path_info"] == "/describe"


def test_forwarded_headers_of_strangers_are_not_believed(server: ServerProcess) -> None:
    headers = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    answer = httpx.get(f"{server.url}/describe", headers=headers).json()
    assert (answer["address"], answer["scheme"]) == ("127.0.0.1", "http")
    assert answer["host"] == f"127.0.0.1:{server.port}"
    assert answer["forwarded"] is None


@pytest.mark.parametrize(("status", "phrase"), [(422, "Unprocessable Entity"), (429, "Too Many Requests"), (299, "")])
def test_each_status_has_its_phrase(server: ServerProcess, status: int, phrase: str) -> None:
    answer = httpx.get(f"{server.url}/status/{status}", timeout=20)
    assert (answer.status_code, answer.reason_phrase) == (status, phrase or "Unknown Status")
