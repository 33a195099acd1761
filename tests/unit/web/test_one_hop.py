"""The whole request runs in one hop on a lasting thread."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import psutil

from mediadl.web.threads import LastingThreads
from tests.unit.web.raw_client import connect, exchange, read_answer
from tests.unit.web.server_process import ServerProcess


def test_signals_are_sent_in_the_threads_that_answer(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.url) as client:
        thread = client.get("/describe").json()["thread"]
        seen = client.get("/seen").json()["seen"]
    assert thread.startswith("request-")
    assert {name for _, name in seen} <= {f"request-{number}" for number in range(1, 17)}
    assert ["started", thread] in seen
    assert ["finished", thread] in seen


def test_a_threads_database_connection_lasts(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.url) as client:
        answers = [client.get("/query").json() for _ in range(6)]
    by_thread: dict[str, set[int]] = {}
    for answer in answers:
        by_thread.setdefault(answer["thread"], set()).add(answer["connection"])
    assert all(len(connections) == 1 for connections in by_thread.values())


def test_nothing_bound_to_one_request_is_seen_by_the_next(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.url) as client:
        answers = [client.get("/bind-word", params={"word": f"w{number}"}).json() for number in range(20)]
    assert answers == [{}] * 20


def test_slow_requests_do_not_keep_others_waiting(server: ServerProcess) -> None:
    slow = [connect(server.port) for _ in range(12)]
    for client in slow:
        client.sendall(b"GET /sleepy?seconds=2 HTTP/1.1\r\nHost: x\r\n\r\n")
    started = time.monotonic()
    assert exchange(server.port, b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").status == 200
    waited = time.monotonic() - started
    assert [read_answer(client).body for client in slow] == [b"rested"] * 12
    for client in slow:
        client.close()
    assert waited < 1


def test_a_body_arrives_whole(server: ServerProcess) -> None:
    body = os.urandom(1_000_000)
    assert httpx.post(f"{server.url}/hello", content=body).content == b"hello " + body


def test_a_large_answer_arrives_whole_with_its_length(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.url}/large")
    assert answer.headers["content-length"] == "3000000"
    assert answer.content == b"y" * 3_000_000


def test_head_has_headers_and_no_body(server: ServerProcess) -> None:
    with connect(server.port) as client:
        client.sendall(b"HEAD /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        data = b""
        while part := client.recv(65536):
            data += part
    assert data.endswith(b"\r\n\r\n")
    assert b"Content-Length: 3000000" in data


def test_a_failing_view_shows_nothing_of_itself(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.url}/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_a_stream_that_breaks_off_does_not_look_whole(server: ServerProcess) -> None:
    with connect(server.port) as client:
        client.sendall(b"GET /breaks-off HTTP/1.1\r\nHost: x\r\n\r\n")
        data = b""
        try:
            while part := client.recv(65536):
                data += part
        except ConnectionResetError:
            pass
    assert b"x" * 100 in data
    assert not data.endswith(b"0\r\n\r\n")


def test_pipelined_requests_are_answered_in_order(server: ServerProcess) -> None:
    with connect(server.port) as client:
        client.sendall(
            b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /describe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        data = b""
        while part := client.recv(65536):
            data += part
    assert data.count(b"HTTP/1.1 200 OK") == 2
    assert 0 < data.index(b"hello ") < data.index(b'"/describe"')


def test_no_banner(server: ServerProcess) -> None:
    assert "server" not in httpx.get(f"{server.url}/hello").headers


def test_work_beyond_the_threads_waits_and_is_done() -> None:
    threads = LastingThreads("test", 2)
    gate = threading.Event()
    results = [threads.submit(lambda: (gate.wait(5), threading.current_thread().name)[1]) for _ in range(6)]
    gate.set()
    assert {result.result(5) for result in results} <= {"test-1", "test-2"}


def test_an_error_reaches_who_waits_for_the_result() -> None:
    failed = LastingThreads("test", 1).submit(lambda: 1 / 0)
    assert isinstance(failed.exception(5), ZeroDivisionError)


def _cost_of_a_request(pid: int, port: int) -> float:
    """Processor seconds of the server a request: the same whatever else the machine does."""
    process = psutil.Process(pid)
    before = sum(process.cpu_times()[:2])
    command = [sys.executable, "-m", "tests.unit.web.load", str(port), "/query", "1.5"]
    per_second = float(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    return (sum(process.cpu_times()[:2]) - before) / (per_second * 1.5)


def test_a_request_costs_less_than_half_of_daphne_and_django_as_they_come(
    server: ServerProcess, server_data: Path
) -> None:
    read_end, write_end = os.pipe()
    stock = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.web.stock_server", str(write_end), "tests.unit.web.sample_app"],
        pass_fds=[write_end],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mediadl.settings", "MEDIADL_DATA_DIR": str(server_data)},
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as ready:
            port = int(ready.readline())
        rounds = [(_cost_of_a_request(server.pid, server.port), _cost_of_a_request(stock.pid, port)) for _ in range(2)]
    finally:
        stock.kill()
        stock.wait(5)
    assert min(theirs for _, theirs in rounds) > 2 * min(ours for ours, _ in rounds), rounds
