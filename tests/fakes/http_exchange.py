"""One request at a fake server and the means to answer it, rightly or wrongly, byte by byte."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

_MAX_REQUEST_LINE = 64 * 1024


@dataclass
class SeenRequest:
    """A request as it came; header names in lower case, ``number`` counts those of its path from 1."""

    method: str
    target: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""
    number: int = 0
    header_lines: list[str] = field(default_factory=list)


class Exchange:
    """Answers one request on its connection."""

    def __init__(
        self,
        connection: socket.socket,
        request: SeenRequest,
        stopping: threading.Event,
        count: Callable[[str, int], None],
    ) -> None:
        self.request = request
        self.must_close = False
        self._connection = connection
        self._stopping = stopping
        self._count = count

    def respond(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """A correct answer with its length."""
        self.send_head(status, {**(headers or {}), "Content-Length": str(len(body))})
        if self.request.method != "HEAD":
            self.send_body(body)

    def send_head(self, status: int, headers: Mapping[str, str] | list[tuple[str, str]]) -> None:
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = "Odd"
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in pairs)]
        self.send_raw("\r\n".join([*lines, "", ""]).encode("utf-8"))

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are, not counted."""
        self._connection.sendall(data)

    def send_body(self, data: bytes) -> None:
        """Bytes that count as this path's."""
        self._connection.sendall(data)
        self._count(self.request.path, len(data))

    def send_from_file(self, file: BinaryIO, offset: int, count: int) -> None:
        """Bytes of a file that count as this path's, without a copy where the connection is plain."""
        if isinstance(self._connection, ssl.SSLSocket):
            file.seek(offset)
            self._connection.sendall(file.read(count))
        else:
            self._connection.sendfile(file, offset, count)
        self._count(self.request.path, count)

    def wait(self, seconds: float) -> None:
        """Do nothing for a while; ends early (as a lost client would) when the server stops."""
        if seconds > 0 and self._stopping.wait(seconds):
            raise OSError("the server stops")

    def wait_until_client_leaves(self, seconds: float = 60.0) -> bool:
        """Say nothing until the client closes its side; False if it did not in time."""
        self._connection.settimeout(seconds)
        try:
            return self._connection.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """End the connection after this answer."""
        self.must_close = True

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()
        raise OSError("reset on purpose")


def read_request(stream: BinaryIO) -> SeenRequest | None:
    """The next request of a connection; None when it ended."""
    line = stream.readline(_MAX_REQUEST_LINE)
    if not line.strip():
        return None
    method, target, *_ = line.decode("latin-1").split()
    lines, headers = [], {}
    while (header := stream.readline(_MAX_REQUEST_LINE).decode("latin-1").rstrip("\r\n")) != "":
        lines.append(header)
        name, _, value = header.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    return SeenRequest(method, target, unquote(parts.path), query, headers, body, header_lines=lines)
