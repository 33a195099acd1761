"""Sockets that listen, in a process of their own: ``python -m tests.bench.listeners <port> <file>``.

Takes a line of tokens on standard input and opens ten sockets with each; prints a line when all are
open. When standard input ends, it writes what arrived into the file: for each event its number and
its time (the machine's monotonic clock), and prints how many sockets were still open.
"""

import asyncio
import base64
import os
import re
import struct
import subprocess
import sys
import time
from array import array
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

SOCKETS_A_TOKEN = 10
OPEN_SECONDS = 120.0
_NUMBER = re.compile(rb'"n":(\d+)')
_CLOSE, _PING, _PONG = 0x8, 0x9, 0xA


class Listeners:
    """The process; use as a context manager, then ask for :attr:`arrivals`."""

    def __init__(self, port: int, tokens: Sequence[str], folder: Path) -> None:
        self._file = folder / "arrivals"
        self._tokens = tokens
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.listeners", str(port), str(self._file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.still_open = 0
        self.arrivals: list[tuple[int, float]] = []

    def __enter__(self) -> Self:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(self._tokens) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline().strip() == "open"
        return self

    def finish(self) -> None:
        """Stop listening and read what arrived."""
        output, _ = self._process.communicate(timeout=60)
        self.still_open = int(output)
        with self._file.open("rb") as file:
            numbers, times = array("I"), array("d")
            (count,) = struct.unpack("Q", file.read(8))
            numbers.fromfile(file, count)
            times.fromfile(file, count)
        self.arrivals = list(zip(numbers, times, strict=True))

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()


class _Arrivals:
    def __init__(self) -> None:
        self.numbers, self.times = array("I"), array("d")

    def note(self, message: bytes) -> None:
        found = _NUMBER.search(message)
        if found:
            self.times.append(time.monotonic())
            self.numbers.append(int(found[1]))

    def write(self, path: Path) -> None:
        with path.open("wb") as file:
            file.write(struct.pack("Q", len(self.numbers)))
            self.numbers.tofile(file)
            self.times.tofile(file)


class _Socket(asyncio.Protocol):
    """One client that takes as little of the machine as it can."""

    def __init__(self, port: int, token: str, arrivals: _Arrivals) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_open = False
        self._request = (
            f"GET /ws/downloads?token={token} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self._arrivals = arrivals
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.is_open:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self.is_open, self._buffer = True, rest
            self.opened.set_result(None)
        while (frame := self._next_frame()) is not None:
            self._take(*frame)

    def _next_frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(buffer) < start:
                return None
            length = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + length:
            return None
        self._buffer = buffer[start + length :]
        return buffer[0] & 0x0F, buffer[start : start + length]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _PING:  # a client's frames are masked: here with zeros
            self._transport.write(bytes([0x80 | _PONG, 0x80 | len(payload)]) + bytes(4) + payload)
        elif opcode == _CLOSE:
            self._transport.close()
        else:
            self._arrivals.note(payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("closed before it was open"))


async def _listen(port: int, path: Path) -> None:
    loop = asyncio.get_running_loop()
    tokens = (await loop.run_in_executor(None, sys.stdin.readline)).split()
    arrivals = _Arrivals()
    sockets = []
    async with asyncio.timeout(OPEN_SECONDS):
        for token in tokens:
            for _ in range(SOCKETS_A_TOKEN):
                _, socket = await loop.create_connection(
                    lambda token=token: _Socket(port, token, arrivals), "127.0.0.1", port
                )
                await socket.opened
                sockets.append(socket)
    print("open", flush=True)  # noqa: T201 - the bench waits for it
    await loop.run_in_executor(None, sys.stdin.read)
    arrivals.write(path)
    print(sum(socket.is_open for socket in sockets))  # noqa: T201 - the bench reads it


if __name__ == "__main__":
    asyncio.run(_listen(int(sys.argv[1]), Path(sys.argv[2])))
