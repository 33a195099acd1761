"""The guarding proxy's far side: a checked connection, and bytes both ways within limits."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from mediadl.net import bandwidth
from mediadl.net.addresses import check_addresses, is_allowed_address, private_address
from mediadl.net.headers import HeaderCollector
from mediadl.net.limits import FILE_BYTES_LIMIT, Timeouts
from mediadl.net.proxy_upstream import tunnel_through, upstream_place
from mediadl.net.resolving import Names

IDLE_SECONDS = 120.0  # a tunnel over which nothing goes either way
_PIECE_BYTES = 128 * 1024
_CONNECTION_HEADERS = frozenset({b"connection", b"keep-alive", b"proxy-connection"})
_CONNECT_SECONDS = Timeouts().connect

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect_checked(host: str, port: int, names: Names, lookups: ThreadPoolExecutor) -> Streams:
    """Connect to ``host``, resolved once (in one of ``lookups``' threads), at an address that is allowed.

    Raises:
        MediaError: ``PRIVATE_ADDRESS``, ``NAME_NOT_RESOLVED``, ``TIMEOUT`` or ``CONNECTION_FAILED``.
    """
    for address in await _addresses(host, port, names, lookups):
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(address, port)
        except (OSError, TimeoutError):
            continue
        peer = writer.get_extra_info("peername")
        if not peer or not is_allowed_address(str(peer[0])):
            writer.close()
            raise private_address(host)
        return reader, writer
    raise MediaError(FailureKind.TRANSIENT, "CONNECTION_FAILED", f"{host} could not be reached.")


async def connect_behind(
    upstream: str, place: tuple[str, int], names: Names, lookups: ThreadPoolExecutor, *, is_checked: bool = False
) -> Streams:
    """Connect to ``place`` through the ``upstream`` proxy, which is told the address that was checked.

    Raises:
        MediaError: as :func:`connect_checked` for either of the two, or ``UPSTREAM_PROXY_FAILED``.
    """
    host, port = place
    address = host if is_checked else (await _addresses(host, port, names, lookups))[0]
    streams = await connect_checked(*upstream_place(upstream), names, lookups)
    try:
        await tunnel_through(upstream, streams, address, port)
    except BaseException:
        streams[1].close()
        raise
    return streams


async def relay(near: Streams, far: Streams) -> None:
    """Pass bytes both ways until the far side ends, nothing goes for a while, or the limit is reached."""
    tunnel = _Tunnel()
    await _both(tunnel.pass_on(near[0], far[1]), tunnel.pass_on(far[0], near[1]))


async def exchange(near: Streams, far: Streams, body_bytes: int, on_answer: Callable[[HeaderCollector], None]) -> None:
    """Pass one request's body up and its answer down; ``on_answer`` sees the answer's head.

    What the child says after its one request is not passed on: it would go to this site unseen.
    """
    tunnel = _Tunnel()
    await _both(tunnel.pass_body(near[0], far[1], body_bytes), tunnel.pass_answer(far[0], near[1], on_answer))


async def _both(up: Coroutine[None, None, None], down: Coroutine[None, None, None]) -> None:
    upward, downward = asyncio.ensure_future(up), asyncio.ensure_future(down)
    try:
        await asyncio.wait({upward, downward}, return_when=asyncio.FIRST_COMPLETED)
        # The child may close its half after its request; the site's half is the end.
        if not downward.done():
            await asyncio.wait({downward})
    finally:
        for task in (upward, downward):
            task.cancel()
        await asyncio.gather(upward, downward, return_exceptions=True)


class _Tunnel:
    """Both directions share what they carried, and when."""

    def __init__(self) -> None:
        self._carried = 0
        self._last = clock.monotonic()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await self._read(reader):
                if not await self._write(writer, data):
                    return
            if writer.can_write_eof():
                writer.write_eof()

    async def pass_body(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int) -> None:
        """Pass one request's body on, of ``length`` bytes, and nothing after it."""
        with suppress(OSError):
            while length and (data := await self._read(reader, length)):
                length -= len(data)
                if not await self._write(writer, data):
                    return
            if not await self._read(reader) and writer.can_write_eof():
                writer.write_eof()

    async def pass_answer(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_answer: Callable[[HeaderCollector], None],
    ) -> None:
        """Pass an answer on, told to be the last of its connection whatever the site says."""
        collector = HeaderCollector()
        is_head = True
        with suppress(OSError, ValueError, MediaError, TimeoutError):  # a head without end: nothing more comes
            while is_head:
                async with asyncio.timeout(IDLE_SECONDS):
                    line = await reader.readline()
                if not line or (not collector.status and not line.startswith(b"HTTP/")):
                    await self._write(writer, line)
                    break  # no answer that could be read: as it is
                is_head = not collector.take(line)
                if not is_head:
                    on_answer(collector)
                    line = b"Connection: close\r\n" + line
                elif line.split(b":", 1)[0].strip().lower() in _CONNECTION_HEADERS:
                    continue
                await self._write(writer, line)
            await self.pass_on(reader, writer)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> bool:
        """Send it, unless more than the limit went through by now."""
        self._carried += len(data)
        self._last = clock.monotonic()
        if self._carried > FILE_BYTES_LIMIT:
            return False
        if seconds := bandwidth.SHARED.wait_for(len(data)):
            await asyncio.sleep(seconds)
            self._last = clock.monotonic()
        writer.write(data)
        await writer.drain()
        return True

    async def _read(self, reader: asyncio.StreamReader, at_most: int = _PIECE_BYTES) -> bytes:
        while True:
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    return await reader.read(min(at_most, _PIECE_BYTES))
            except TimeoutError:
                if clock.monotonic() - self._last >= IDLE_SECONDS:
                    return b""


async def _addresses(host: str, port: int, names: Names, lookups: ThreadPoolExecutor) -> list[str]:
    if ":" in host or host.replace(".", "").isdigit():
        return check_addresses(host, [host])
    ask = functools.partial(names.resolve, host, port, stop=None, seconds=_CONNECT_SECONDS)
    return await asyncio.get_running_loop().run_in_executor(lookups, ask)
