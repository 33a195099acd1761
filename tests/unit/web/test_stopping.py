"""The server stops cleanly and at once, whoever is connected."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from mediadl.web.server import AddressUnavailable, bind
from tests.unit.web.raw_client import connect, read_answer
from tests.unit.web.server_process import running_server

SAMPLE = "tests.unit.web.sample_app:application"


def test_it_stops_at_once_with_idle_streaming_and_hanging_connections(tmp_path: Path) -> None:
    with running_server(SAMPLE, data_dir=tmp_path) as server:
        clients = [connect(server.port) for _ in range(3)]
        clients[1].sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        clients[2].sendall(b"GET /sleepy?seconds=30 HTTP/1.1\r\nHost: x\r\n\r\n")
        httpx.get(f"{server.url}/hello")
        started = time.monotonic()
        server.process.terminate()
        assert clients[0].recv(1) == b""
        stopped = time.monotonic() - started
        assert server.process.wait(5) == 0
        for client in clients:
            client.close()
    assert stopped < 1


def test_a_short_request_is_answered_before_the_end(tmp_path: Path) -> None:
    with running_server(SAMPLE, data_dir=tmp_path) as server, connect(server.port) as client:
        httpx.get(f"{server.url}/hello")
        client.sendall(b"GET /sleepy?seconds=0.15 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.05)  # so that the request has arrived
        server.process.terminate()
        assert read_answer(client).body == b"rested"
        assert server.process.wait(5) == 0


def test_a_port_in_use_is_told_in_one_clear_line() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressUnavailable, match=rf"port {port}: Address already in use. Set MEDIADL_PORT"):
            bind("127.0.0.1", port)


def test_a_foreign_address_is_told_in_one_clear_line() -> None:
    with pytest.raises(AddressUnavailable, match=r"192\.0\.2\.1"):
        bind("192.0.2.1", 0)
    with pytest.raises(AddressUnavailable, match="MEDIADL_HOST"):
        bind("no such host", 0)


def test_it_serves_on_a_socket_that_the_caller_bound(tmp_path: Path) -> None:
    code = (
        "import sys, django; django.setup()\n"
        "from tests.unit.web.sample_app import application\n"
        "from mediadl.web.server import run\n"
        "run('', 0, application=application, listen_fd=int(sys.argv[1]), on_ready=lambda port: print(port, flush=True))"
    )
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            stdout=subprocess.PIPE,
            env=_environment(tmp_path),
        )
    try:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == port
        assert httpx.get(f"http://127.0.0.1:{port}/hello").status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=5)


def test_a_second_server_may_start_right_after_the_first(tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            pass
    with bind("127.0.0.1", port):
        pass


def _environment(data_dir: Path) -> dict[str, str]:
    import os

    return {**os.environ, "DJANGO_SETTINGS_MODULE": "mediadl.settings", "MEDIADL_DATA_DIR": str(data_dir)}
