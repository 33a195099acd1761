"""A real HTTP server of files for every room's tests: ranges, validators, counters, slowness on demand.

    with MediaServer({"/a.jpg": data, "/big.mp4": Path("big.mp4")}) as server:
        server.url_of("/a.jpg"); server.gallery_url; server.bytes_sent("/a.jpg")

A path's behaviour can be replaced: see ``tests/fakes/hostile_behaviours.py``.
"""

import hashlib
import html
import mimetypes
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from tests.fakes.http_exchange import Exchange, SeenRequest, read_request

DEFAULT_LAST_MODIFIED = "Mon, 13 Oct 2025 15:45:23 GMT"
_PIECE = 256 * 1024
Behaviour = Callable[[Exchange], None]


@dataclass
class ServedFile:
    """One file and how it is served.

    Attributes:
        bytes_per_second: throttle of its body, or None.
        latency: seconds before the answer's headers.
        ranges: whether ``Range`` is obeyed.
        etag: as sent, quotes included; empty for none.
    """

    content: bytes | Path
    content_type: str = ""
    etag: str = ""
    last_modified: str = DEFAULT_LAST_MODIFIED
    ranges: bool = True
    latency: float = 0.0
    bytes_per_second: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def piece(self, start: int, length: int) -> bytes:
        if isinstance(self.content, bytes):
            return self.content[start : start + length]
        with self.content.open("rb") as file:
            file.seek(start)
            return file.read(length)


class MediaServer:
    """Serves on a port of its own until the ``with`` block ends."""

    def __init__(
        self,
        files: Mapping[str, bytes | Path | ServedFile] | None = None,
        *,
        host: str = "127.0.0.1",
        latency: float = 0.0,
        bytes_per_second: float | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.latency = latency
        self.bytes_per_second = bytes_per_second
        self.requests: list[SeenRequest] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._files: dict[str, ServedFile] = {}
        self._behaviours: dict[str, Behaviour] = {}
        self._bytes: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._holds: dict[str, int] = {}
        self._changed = threading.Condition()
        self._sockets: set[socket.socket] = set()
        self._tls = tls
        self._host = host
        for path, content in (files or {}).items():
            self.add(path, content)
        self._listener = socket.create_server((host, 0), family=_family(host), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="media server", daemon=True)
        self._threads: list[threading.Thread] = []

    # -- what is served

    @property
    def base_url(self) -> str:
        name = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{name}:{self.port}"

    @property
    def gallery_url(self) -> str:
        """A page that links every file."""
        return f"{self.base_url}/gallery"

    def url_of(self, path: str) -> str:
        return self.base_url + quote(path, safe="/?=&%")

    def add(self, path: str, content: bytes | Path | ServedFile, **options: object) -> ServedFile:
        """Serve ``content`` at ``path``; options are attributes of :class:`ServedFile`."""
        served = content if isinstance(content, ServedFile) else ServedFile(content, **options)  # type: ignore[arg-type]
        if not served.content_type:
            served.content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        if not served.etag and "etag" not in options:
            stat = served.content if isinstance(served.content, bytes) else f"{path}{served.size}".encode()
            served.etag = f'"{hashlib.sha256(stat).hexdigest()[:16]}"'
        self._files[path] = served
        return served

    def behave(self, path: str, behaviour: Behaviour) -> str:
        """Let ``behaviour`` answer everything at ``path``; returns the URL."""
        self._behaviours[path] = behaviour
        return self.url_of(path)

    def remove(self, path: str) -> None:
        """Answer 404 at ``path`` from now on."""
        self._files.pop(path, None)
        self._behaviours.pop(path, None)

    # -- slowness

    def hold(self, path: str, after_bytes: int) -> None:
        """Stop in each body of ``path`` once ``after_bytes`` of this path were sent, until :meth:`release`."""
        with self._changed:
            self._holds[path] = after_bytes

    def release(self, path: str) -> None:
        """Let a held body go on."""
        with self._changed:
            self._holds.pop(path, None)
            self._changed.notify_all()

    # -- what was seen

    def request_count(self, path: str | None = None, method: str | None = None) -> int:
        """How many requests came (for ``path``, by ``method``)."""
        with self._changed:
            seen = list(self.requests)
        return sum(1 for r in seen if (path is None or r.path == path) and (method is None or r.method == method))

    def requests_for(self, path: str) -> list[SeenRequest]:
        with self._changed:
            return [request for request in self.requests if request.path == path]

    def bytes_sent(self, path: str | None = None) -> int:
        """Bytes of bodies sent (for ``path``)."""
        with self._changed:
            return sum(self._bytes.values()) if path is None else self._bytes.get(path, 0)

    def reset_counters(self) -> None:
        with self._changed:
            self.requests.clear()
            self._bytes.clear()
            self._numbers.clear()
            self.connections = 0

    def wait_for_bytes(self, path: str, count: int, timeout: float = 20.0) -> bool:
        """Wait until ``count`` bytes of ``path`` were sent; False if time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: self._bytes.get(path, 0) >= count, timeout)

    def wait_for_requests(self, path: str, count: int = 1, timeout: float = 20.0) -> bool:
        """Wait until ``path`` was asked for ``count`` times; False if time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: sum(1 for r in self.requests if r.path == path) >= count, timeout)

    # -- life

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.stopping.set()
        with self._changed:
            sockets = list(self._sockets)
            self._changed.notify_all()
        _shut(self._listener)
        for connection in sockets:
            _shut(connection)
        for thread in [self._acceptor, *self._threads]:
            if thread.ident is not None:
                thread.join(10)
        self._listener.close()

    # -- inside

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="media connection", daemon=True)
            with self._changed:
                self.connections += 1
                self._sockets.add(connection)
            self._threads = [old for old in self._threads if old.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        plain = connection
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._changed:
                    self._sockets.add(connection)
            stream = connection.makefile("rb")
            while not self.stopping.is_set():
                request = read_request(stream)
                if request is None:
                    return
                exchange = Exchange(connection, request, self.stopping, self._count)
                self._note(request)
                self._answer(exchange)
                if exchange.must_close or request.headers.get("connection", "").lower() == "close":
                    return
        except OSError:
            return  # the client went away, or the server stops
        finally:
            with self._changed:
                self._sockets -= {plain, connection}
            connection.close()

    def _note(self, request: SeenRequest) -> None:
        with self._changed:
            request.number = self._numbers[request.path] = self._numbers.get(request.path, 0) + 1
            self.requests.append(request)
            self._changed.notify_all()

    def _count(self, path: str, count: int) -> None:
        with self._changed:
            self._bytes[path] = self._bytes.get(path, 0) + count
            self._changed.notify_all()

    def _answer(self, exchange: Exchange) -> None:
        path = exchange.request.path
        if path in self._behaviours:
            self._behaviours[path](exchange)
        elif path in self._files:
            self._send_file(exchange, self._files[path])
        elif path == "/gallery":
            exchange.respond(200, self._gallery(), {"Content-Type": "text/html; charset=utf-8"})
        else:
            exchange.respond(404, b"not here", {"Content-Type": "text/plain"})

    def _gallery(self) -> bytes:
        links = "".join(
            f'<li><a href="{html.escape(quote(path, safe="/?=&%"))}">{html.escape(path)}</a></li>'
            for path in self._files
        )
        return f"<!DOCTYPE html><html><head><title>Gallery</title></head><body><ul>{links}</ul></body></html>".encode()

    def _send_file(self, exchange: Exchange, served: ServedFile) -> None:
        exchange.wait(self.latency + served.latency)
        size = served.size
        headers = {"Content-Type": served.content_type, "Last-Modified": served.last_modified, **served.headers}
        headers = {name: value for name, value in headers.items() if value}
        if served.etag:
            headers["ETag"] = served.etag
        start, end, status = 0, size, 200
        if served.ranges:
            headers["Accept-Ranges"] = "bytes"
            wanted = exchange.request.headers.get("range", "")
            condition = exchange.request.headers.get("if-range", "")
            if wanted and condition in {"", served.etag, served.last_modified}:
                start, end, status = _range(wanted, size)
        if status == 416:
            exchange.respond(416, b"", {**headers, "Content-Range": f"bytes */{size}"})
            return
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        exchange.send_head(status, {**headers, "Content-Length": str(end - start)})
        if exchange.request.method != "HEAD":
            self._send_body(exchange, served, start, end)

    def _send_body(self, exchange: Exchange, served: ServedFile, start: int, end: int) -> None:
        speed = served.bytes_per_second or self.bytes_per_second
        piece_bytes = _PIECE if speed is None else max(1, min(_PIECE, int(speed / 20)))
        if isinstance(served.content, Path) and speed is None:
            self._send_from_disk(exchange, served.content, start, end)
            return
        started, sent = time.monotonic(), 0
        while start + sent < end:
            length = self._held(exchange.request.path, min(piece_bytes, end - start - sent))
            exchange.send_body(served.piece(start + sent, length))
            sent += length
            if speed is not None:
                exchange.wait(started + sent / speed - time.monotonic())

    def _send_from_disk(self, exchange: Exchange, source: Path, start: int, end: int) -> None:
        with source.open("rb") as file:
            sent = 0
            while start + sent < end:
                length = self._held(exchange.request.path, min(_PIECE, end - start - sent))
                exchange.send_from_file(file, start + sent, length)
                sent += length

    def _held(self, path: str, length: int) -> int:
        """How much of ``length`` may be sent now; waits while the path is held."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.stopping.is_set() or self._bytes.get(path, 0) < self._holds.get(path, 1 << 62)
            )
            if self.stopping.is_set():
                raise OSError("the server stops")
            return min(length, self._holds.get(path, 1 << 62) - self._bytes.get(path, 0))


def _range(wanted: str, size: int) -> tuple[int, int, int]:
    """Start, end (exclusive) and status for a ``Range`` header."""
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    if not first:
        return max(0, size - int(last)), size, 206
    start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end, 206) if start < end else (0, 0, 416)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
