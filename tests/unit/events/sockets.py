"""The socket's other end."""

import json
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from mediadl.events.services import Event
from tests.unit.web.server_process import ServerProcess


def listen(server: ServerProcess, query: str = "", **options: Any) -> ClientConnection:
    # A client that leaves with messages unread waits for the end of its timeout.
    options.setdefault("close_timeout", 0.2)
    return connect(f"{server.socket_url}/ws/downloads{query}", open_timeout=20, **options)


def receive(client: ClientConnection, timeout: float = 10) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(client.recv(timeout))
    return message


def numbers_until(client: ClientConnection, last: int) -> list[int]:
    """The ``n`` of the events up to the one with ``last``."""
    numbers: list[int] = []
    while not numbers or numbers[-1] != last:
        numbers.append(receive(client)["data"]["n"])
    return numbers


def close_code(client: ClientConnection, timeout: float = 10) -> int:
    """The code with which the server closes; events before it are passed over."""
    while True:
        try:
            client.recv(timeout)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


def numbered(number: int, **fields: Any) -> Event:
    return Event("queue_updated", {"n": number}, **fields)
