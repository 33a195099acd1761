"""HTTP by hand: for requests that no well-made client would send, and readers that are slow."""

import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: bytes


def connect(port: int, *, receive_buffer: int | None = None) -> socket.socket:
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(15)
    client.connect(("127.0.0.1", port))
    return client


def read_answer(client: socket.socket) -> RawAnswer:
    """Read until the server closes; an answer with a length ends there."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65536)
        if not part:
            break
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(headers.get("content-length", "-1"))
    while length < 0 or len(body) < length:
        part = client.recv(65536)
        if not part:
            break
        body += part
    return RawAnswer(int(lines[0].split(" ")[1]), headers, body)


def exchange(port: int, request: bytes) -> RawAnswer:
    with connect(port) as client:
        client.sendall(request)
        return read_answer(client)
