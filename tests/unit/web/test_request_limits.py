"""What is too large, too slow or malformed is refused while it arrives, in the API's error format."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from mediadl.web.channel import HEADERS_BYTES
from tests.unit.web.raw_client import RawAnswer, connect, exchange, read_answer
from tests.unit.web.server_process import ServerProcess

MIB = 1024 * 1024
OWN_ID = "6f1c2a6e-1f0b-4a53-9a6a-0c7d1f2b3e4d"
NO_PROPER_REQUESTS = [
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
]


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
    assert 0 <= int(answer.headers["x-ratelimit-remaining"]) <= int(answer.headers["x-ratelimit-limit"])
    assert time.time() < int(answer.headers["x-ratelimit-reset"]) <= time.time() + 3600
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


@pytest.mark.parametrize(("request_head", "status"), NO_PROPER_REQUESTS)
def test_what_is_no_proper_request_is_refused(server: ServerProcess, request_head: bytes, status: int) -> None:
    answer = exchange(server.port, request_head)
    assert answer.status == status
    _error(answer)


def _first_header(head: bytes, line: bytes) -> bytes:
    start, _, rest = head.partition(b"\r\n")
    return start + b"\r\n" + line + b"\r\n" + rest


def _last_header(head: bytes, line: bytes) -> bytes:
    start, _, rest = head.partition(b"\r\n\r\n")
    return start + b"\r\n" + line + b"\r\n\r\n" + rest


@pytest.mark.parametrize("with_header", [_first_header, _last_header])
@pytest.mark.parametrize(("request_head", "status"), NO_PROPER_REQUESTS)
def test_a_refusal_keeps_the_callers_id(
    server: ServerProcess, request_head: bytes, status: int, with_header: Callable[[bytes, bytes], bytes]
) -> None:
    if with_header is _last_header and len(request_head) > HEADERS_BYTES:
        return  # refused before it has arrived
    answer = exchange(server.port, with_header(request_head, f"X-Request-ID: {OWN_ID}".encode()))
    assert (answer.status, _error(answer)["request_id"]) == (status, OWN_ID)


@pytest.mark.parametrize("sent", ["x", OWN_ID + "1", f"{OWN_ID}, {OWN_ID}"])
def test_an_id_that_is_none_is_replaced_in_a_refusal(server: ServerProcess, sent: str) -> None:
    head = f"POST /hello HTTP/1.1\r\nHost: x\r\nX-Request-ID: {sent}\r\nContent-Length: {MIB + 1}\r\n\r\n"
    answer = exchange(server.port, head.encode())
    assert answer.status == 413
    assert uuid.UUID(_error(answer)["request_id"]) != uuid.UUID(OWN_ID)


def test_a_body_is_not_taken_for_headers(server: ServerProcess) -> None:
    head = f"POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: {MIB + 1}\r\n\r\nX-Request-ID: {OWN_ID}\r\n\r\n"
    assert _error(exchange(server.port, head.encode()))["request_id"] != OWN_ID


def test_large_bodies_keep_the_callers_id(server: ServerProcess) -> None:
    chunks = b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * 17
    for rest in (f"Content-Length: {MIB + 1}\r\n\r\n".encode(), chunks):
        head = f"POST /hello HTTP/1.1\r\nHost: x\r\nX-Request-ID: {OWN_ID}\r\n".encode()
        answer = exchange(server.port, head + rest)
        assert (answer.status, _error(answer)["request_id"]) == (413, OWN_ID)


def test_a_refusal_says_what_its_caller_was_told_last(server: ServerProcess) -> None:
    large = f"Content-Length: {MIB + 1}\r\n\r\n"
    told = {"Authorization": "Bearer known"}
    reset = int(time.time()) + 1000
    httpx.get(f"{server.url}/told?limit=1000&remaining=7&reset={reset}", headers=told)
    known = exchange(server.port, f"POST /x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer known\r\n{large}".encode())
    other = exchange(server.port, f"POST /x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer other\r\n{large}".encode())
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    assert [known.headers[name] for name in names] == ["1000", "7", str(reset)]
    assert other.headers["x-ratelimit-remaining"] == other.headers["x-ratelimit-limit"] != "1000"
    _error(other)
    httpx.get(f"{server.url}/told?limit=50&remaining=3&reset={reset}")
    address = exchange(server.port, f"POST /x HTTP/1.1\r\nHost: x\r\n{large}".encode())
    assert [address.headers[name] for name in names] == ["50", "3", str(reset)]


def test_an_hour_that_is_over_is_whole_again(server: ServerProcess) -> None:
    httpx.get(f"{server.url}/told?limit=1000&remaining=0&reset=5", headers={"Authorization": "Bearer late"})
    head = f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer late\r\nX-Long: {'a' * 9000}\r\n\r\n"
    answer = exchange(server.port, head.encode())
    _error(answer)
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("1000", "1000")


LIST = {"path": "/api/v1/queue/import", "type": "text/plain; charset=utf-8"}
NO_LISTS = [
    {**LIST, "type": "application/json"},
    {**LIST, "type": ""},
    {**LIST, "path": "/api/v1/queue"},
    {**LIST, "path": "/other/queue/import"},
    {**LIST, "path": "/queue?to=/api/v1/queue/import"},
    {**LIST, "path": "/queue/import"},
]


def _announce(server: ServerProcess, size: int, *, path: str, type: str) -> RawAnswer:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nContent-Length: {size}\r\n"
    return exchange(server.port, f"{head}Expect: 100-continue\r\nConnection: close\r\n\r\n".encode())


@pytest.mark.parametrize("path", ["/api/v1/queue/import", "/api/v1/queue/import?x=1"])
def test_a_list_of_links_may_be_larger(server: ServerProcess, path: str) -> None:
    answer = httpx.post(f"{server.url}{path}", content=b"x" * 8 * MIB, headers={"Content-Type": LIST["type"]})
    assert (answer.status_code, answer.text) == (200, str(8 * MIB))
    refused = _announce(server, 8 * MIB + 1, **{**LIST, "path": path})
    assert refused.status == 413
    assert str(8 * MIB) in _error(refused)["detail"]


def test_a_list_in_chunks_has_the_same_limit(server: ServerProcess) -> None:
    def parts(count: int) -> Iterator[bytes]:
        yield from [b"x" * 0x10000] * count

    headers = {"Content-Type": "text/plain"}
    assert httpx.post(f"{server.url}{LIST['path']}", content=parts(128), headers=headers).status_code == 200
    assert httpx.post(f"{server.url}{LIST['path']}", content=parts(129), headers=headers).status_code == 413


def test_the_pages_form_with_a_list_may_be_larger(server: ServerProcess) -> None:
    upload = {"file": ("list.txt", b"x" * 2 * MIB)}
    assert httpx.post(f"{server.url}/queue/import", files=upload).status_code == 200
    assert httpx.post(f"{server.url}{LIST['path']}", files=upload).status_code == 413


@pytest.mark.parametrize("asked", NO_LISTS, ids=str)
def test_everything_else_keeps_its_limit(server: ServerProcess, asked: dict[str, str]) -> None:
    assert _announce(server, MIB + 1, **asked).status == 413


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
