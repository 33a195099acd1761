"""The guarding proxy: the only way out for child processes (gallery-dl, yt-dlp, ffmpeg, Chromium).

One asyncio loop in one thread. Each target is checked as the product's own requests are; without the
random password nothing is let through, so no other user of the machine can use it.
"""

import asyncio
import secrets
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.conf import settings

from mediadl.media import MediaError
from mediadl.net.proxy_requests import ProxyRequest, RefusedRequestError, answer, read_proxy_request
from mediadl.net.proxy_tunnels import connect_checked, relay
from mediadl.net.resolving import SYSTEM_NAMES, Names

MAX_CONNECTIONS = 256  # Chromium alone opens up to 32 to one proxy
_HEAD_SECONDS = 30.0
_HEAD_BYTES = 64 * 1024
_STOP_SECONDS = 5.0
_LOOKUP_THREADS = 8


class GuardingProxy:
    """An HTTP proxy (CONNECT, and plain requests) on loopback, with a password of its own."""

    def __init__(self, *, host_map: Mapping[str, str] | None = None, names: Names | None = None) -> None:
        """Make a proxy; :meth:`start` opens its port.

        Args:
            host_map: in tests, host names and the ``address:port`` that stands in for them.
            names: another resolver than the system's.

        Raises:
            ValueError: a host map outside tests: it goes round the address check.
        """
        if host_map and not settings.ENVIRONMENT.is_test:
            raise ValueError("A host map is only allowed with MEDIADL_ENV=test.")
        self._host_map = dict(host_map or {})
        self._names = names or SYSTEM_NAMES
        self._user = "child"
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lookups = ThreadPoolExecutor(max_workers=_LOOKUP_THREADS, thread_name_prefix="proxy names")
        self._tasks: set[asyncio.Task[None]] = set()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """``http://user:password@127.0.0.1:port``.

        Raises:
            RuntimeError: it was not started.
        """
        if not self._port:
            raise RuntimeError("The guarding proxy was not started.")
        return f"http://{self._user}:{self._password}@127.0.0.1:{self._port}"

    @property
    def address(self) -> str:
        """``127.0.0.1:port``, for programs that take the credentials apart."""
        return self.url.rpartition("@")[2]

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password."""
        return self._user, self._password

    def start(self) -> None:
        """Open the port; does nothing if it is open.

        Raises:
            OSError: no port could be opened.
        """
        with self._lock:
            if self._thread is not None:
                return
            loop = asyncio.new_event_loop()
            try:
                server = loop.run_until_complete(
                    asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_BYTES, backlog=128)
                )
            except OSError:
                loop.close()
                raise
            self._port = server.sockets[0].getsockname()[1]
            self._loop = loop
            self._thread = threading.Thread(target=self._run, args=(loop, server), name="guarding proxy", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection."""
        with self._lock:
            thread, loop = self._thread, self._loop
            self._thread = self._loop = None
            self._port = 0
        if thread is None or loop is None:
            return
        with suppress(RuntimeError):  # the loop may have ended by itself
            loop.call_soon_threadsafe(loop.stop)
        thread.join(_STOP_SECONDS)

    def _run(self, loop: asyncio.AbstractEventLoop, server: asyncio.Server) -> None:
        try:
            loop.run_forever()
        finally:
            server.close()
            loop.run_until_complete(self._end_connections())
            loop.close()

    async def _end_connections(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._tasks) >= MAX_CONNECTIONS:
            writer.close()
            return
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
            pass  # the child or the site went away, or the proxy stops: the connection's end says it
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                request = await read_proxy_request(reader, self._user, self._password)
            far_reader, far_writer = await self._connect(request)
        except RefusedRequestError as refused:
            writer.write(answer(refused.status, str(refused)))
            await writer.drain()
            return
        except MediaError as error:
            status = 403 if error.code in {"PRIVATE_ADDRESS", "BAD_URL"} else 502
            writer.write(answer(status, f"{error.code}: {error.detail}"))
            await writer.drain()
            return
        try:
            if request.is_tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                far_writer.write(request.forwarded_head)
            await relay(reader, writer, far_reader, far_writer)
        finally:
            far_writer.close()

    async def _connect(self, request: ProxyRequest) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        mapped = self._host_map.get(f"{request.host}:{request.port}") or self._host_map.get(request.host)
        if mapped:
            host, _, port = mapped.rpartition(":")
            return await asyncio.open_connection(host, int(port))
        return await connect_checked(request.host, request.port, self._names, self._lookups)
