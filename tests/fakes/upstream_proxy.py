"""A person's own proxy: SOCKS 5, or CONNECT over TLS or not; with or without a password."""

import base64
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

_PIECE = 65536


@dataclass
class UpstreamProxy:
    """Listens while the block lasts; each connection is relayed to where it asks for.

    Attributes:
        scheme: ``socks5``, ``http`` or ``https``.
        credentials: what it asks for; empty for nothing.
        refuses: answer each request with a refusal.
        asked: the addresses and ports that were asked for, in order.
        given: the credentials that were given.
    """

    scheme: str
    credentials: tuple[str, str] = ("", "")
    tls: ssl.SSLContext | None = None
    refuses: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def url(self, *, with_credentials: bool = True) -> str:
        """As a person enters it."""
        user, password = self.credentials
        start = f"{user}:{password}@" if user and with_credentials else ""
        return f"{self.scheme}://{start}127.0.0.1:{self.port}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError, ValueError, struct.error):
            if self.tls is not None:
                near = self.tls.wrap_socket(near, server_side=True)
            place = self._socks(near) if self.scheme.startswith("socks") else self._connect(near)
            if place is not None:
                with socket.create_connection(place, timeout=10) as far:
                    _relay(near, far)
        near.close()

    def _socks(self, near: socket.socket) -> tuple[str, int] | None:
        _version, methods = _exactly(near, 2)
        offered = _exactly(near, methods)
        method = 2 if self.credentials[0] else 0
        near.sendall(bytes([5, method if method in offered else 255]))
        if method and not self._password_fits(near):
            return None
        _version, _command, _reserved, kind = _exactly(near, 4)
        family, length = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
        address = socket.inet_ntop(family, _exactly(near, length))
        place = (address, struct.unpack("!H", _exactly(near, 2))[0])
        self.asked.append(place)
        near.sendall(bytes([5, 2 if self.refuses else 0, 0, 1]) + bytes(6))
        return None if self.refuses else place

    def _password_fits(self, near: socket.socket) -> bool:
        _version, length = _exactly(near, 2)
        user = _exactly(near, length).decode()
        password = _exactly(near, _exactly(near, 1)[0]).decode()
        self.given.append((user, password))
        near.sendall(bytes([1, 0 if (user, password) == self.credentials else 1]))
        return (user, password) == self.credentials

    def _connect(self, near: socket.socket) -> tuple[str, int] | None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += _exactly(near, 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        for line in lines:
            name, _, value = line.partition(": ")
            if name.lower() == "proxy-authorization":
                user, _, password = base64.b64decode(value.removeprefix("Basic ")).decode().partition(":")
                self.given.append((user, password))
        if method != "CONNECT" or self.refuses or (self.credentials[0] and self.credentials not in self.given):
            near.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
            return None
        host, _, port = target.rpartition(":")
        place = (host.strip("[]"), int(port))
        self.asked.append(place)
        near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        return place


def _exactly(near: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = near.recv(length - len(data))
        if not piece:
            raise ConnectionError("the other side went away")
        data += piece
    return data


def _relay(near: socket.socket, far: socket.socket) -> None:
    def down() -> None:
        with suppress(OSError):
            for piece in _pieces(far):
                near.sendall(piece)
            near.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=down, daemon=True)
    thread.start()
    with suppress(OSError):
        for piece in _pieces(near):
            far.sendall(piece)
        far.shutdown(socket.SHUT_WR)
    thread.join()


def _pieces(one: socket.socket) -> Iterator[bytes]:
    while piece := one.recv(_PIECE):
        yield piece
