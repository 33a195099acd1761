"""Clients that read an answer slowly, in a process of their own: ``python -m tests.bench.slow_readers``.

A :class:`Readers` as JSON on standard input; prints a line once all of them have their first bytes
and reads on until it is told to end (standard input closes, or it is killed).
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass

BUFFER_BYTES = 16 * 1024
READ_BYTES = 8 * 1024
PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Readers:
    """So many readers of ``path``, each at some 80 KB a second."""

    port: int
    path: str
    count: int
    headers: Mapping[str, str]


@contextmanager
def slow_readers(readers: Readers) -> Iterator[None]:
    """They read while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.slow_readers", json.dumps(asdict(readers))],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "reading"
        yield
        assert process.poll() is None, "the slow readers ended early"
    finally:
        process.kill()
        process.communicate()


def _open(readers: Readers) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    connection.connect(("127.0.0.1", readers.port))
    lines = [f"GET {readers.path} HTTP/1.1", f"Host: 127.0.0.1:{readers.port}"]
    lines += [f"{name}: {value}" for name, value in readers.headers.items()]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    first = connection.recv(READ_BYTES)
    assert first.startswith(b"HTTP/1.1 200"), first[:200]
    return connection


def main() -> None:
    """Read until killed."""
    readers = Readers(**json.loads(sys.argv[1]))
    connections = [_open(readers) for _ in range(readers.count)]
    print("reading", flush=True)  # noqa: T201 - the bench waits for it
    while True:
        for connection in connections:
            assert connection.recv(READ_BYTES), "the server ended an answer"
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
