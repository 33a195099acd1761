"""The guarding proxy's far side: a checked connection, and bytes both ways within limits."""

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from mediadl.net.addresses import check_addresses, is_allowed_address, private_address
from mediadl.net.limits import FILE_BYTES_LIMIT, Timeouts
from mediadl.net.resolving import Names

IDLE_SECONDS = 120.0  # a tunnel over which nothing goes either way
_PIECE_BYTES = 128 * 1024
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


async def relay(
    near_reader: asyncio.StreamReader,
    near_writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
) -> None:
    """Pass bytes both ways until the far side ends, nothing goes for a while, or the limit is reached."""
    tunnel = _Tunnel()
    upward = asyncio.ensure_future(tunnel.pass_on(near_reader, far_writer))
    downward = asyncio.ensure_future(tunnel.pass_on(far_reader, near_writer))
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
                self._carried += len(data)
                self._last = clock.monotonic()
                if self._carried > FILE_BYTES_LIMIT:
                    return
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        while True:
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    return await reader.read(_PIECE_BYTES)
            except TimeoutError:
                if clock.monotonic() - self._last >= IDLE_SECONDS:
                    return b""


async def _addresses(host: str, port: int, names: Names, lookups: ThreadPoolExecutor) -> list[str]:
    if ":" in host or host.replace(".", "").isdigit():
        return check_addresses(host, [host])
    ask = functools.partial(names.resolve, host, port, stop=None, seconds=_CONNECT_SECONDS)
    return await asyncio.get_running_loop().run_in_executor(lookups, ask)
