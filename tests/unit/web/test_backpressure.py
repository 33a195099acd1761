"""A slow client costs the server no memory, and one that leaves costs it nothing more."""

import socket
import threading
import time

import httpx

from tests.unit.web.raw_client import connect
from tests.unit.web.server_process import ServerProcess

MIB = 1024 * 1024
GROWTH_LIMIT = 50 * MIB


def _slow_reader(port: int, stop: threading.Event) -> None:
    """Takes 50 KB/s of the film."""
    with connect(port, receive_buffer=32768) as client:
        client.sendall(b"GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
        while not stop.wait(0.1):
            client.recv(5000)


def test_a_fast_and_twenty_slow_readers_of_a_large_file_cost_little_memory(server: ServerProcess) -> None:
    before = server.resident_bytes()
    stop = threading.Event()
    readers = [threading.Thread(target=_slow_reader, args=(server.port, stop)) for _ in range(20)]
    for reader in readers:
        reader.start()
    highest, received, started = before, 0, time.monotonic()
    with httpx.stream("GET", f"{server.url}/file", timeout=60) as answer:
        for part in answer.iter_raw():
            received += len(part)
            if received // (20 * MIB) != (received - len(part)) // (20 * MIB):
                highest = max(highest, server.resident_bytes())
    elapsed = time.monotonic() - started
    stop.set()
    for reader in readers:
        reader.join()
    assert received == 300_000_000
    assert highest - before < GROWTH_LIMIT
    assert elapsed < 20


def test_a_client_that_never_reads_holds_back_the_producer(server: ServerProcess) -> None:
    before = server.resident_bytes()
    clients: list[socket.socket] = []
    for _ in range(10):
        client = connect(server.port, receive_buffer=8192)
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        clients.append(client)
    time.sleep(1.5)  # as long as it would take to fill the memory
    grown = server.resident_bytes() - before
    for client in clients:
        client.close()
    assert grown < 20 * MIB


def test_a_stream_is_closed_when_its_client_leaves(server: ServerProcess) -> None:
    with connect(server.port) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(65536)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if httpx.get(f"{server.url}/seen").json()["closed"]:
            return
        time.sleep(0.05)
    raise AssertionError("the stream was not closed")
