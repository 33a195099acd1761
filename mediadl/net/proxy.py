"""The guarding proxy: the only way out for child processes (gallery-dl, yt-dlp, ffmpeg, Chromium).

One asyncio loop in one thread. Each target is checked as the product's own requests are; without the
random password nothing is let through, so no other user of the machine can use it.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.conf import settings

from mediadl.media import FailureKind, MediaError
from mediadl.net.failures import error_for_page
from mediadl.net.headers import HeaderCollector
from mediadl.net.proxy_guests import GuestBook, ProxyGuest
from mediadl.net.proxy_requests import ProxyRequest, RefusedRequestError, answer, read_proxy_request
from mediadl.net.proxy_tunnels import Streams, connect_behind, connect_checked, exchange, relay
from mediadl.net.resolving import SYSTEM_NAMES, Names

MAX_CONNECTIONS = 256  # Chromium alone opens up to 32 to one proxy
_HEAD_SECONDS = 30.0
_HEAD_BYTES = 64 * 1024
_STOP_SECONDS = 5.0
_LOOKUP_THREADS = 8
_ASKING_THREADS = 4  # of guests' rules, which look into the database
_REFUSED_CODES = frozenset({"PRIVATE_ADDRESS", "BAD_URL"})


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
        self._guests = GuestBook()
        self._guest = self._guests.admit(user="child")
        self._port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lookups = ThreadPoolExecutor(max_workers=_LOOKUP_THREADS, thread_name_prefix="proxy names")
        self._askers = ThreadPoolExecutor(max_workers=_ASKING_THREADS, thread_name_prefix="proxy rules")
        self._tasks: set[asyncio.Task[None]] = set()
        self._unknown: dict[asyncio.Task[None], None] = {}  # those of them whose password is still to come
        self._serving: dict[ProxyGuest, set[asyncio.Task[None]]] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """``http://user:password@127.0.0.1:port``, for children without rules of their own.

        Raises:
            RuntimeError: it was not started.
        """
        return self.url_of(self._guest)

    def url_of(self, guest: ProxyGuest) -> str:
        """The same with the guest's own credentials; raises as :attr:`url`."""
        if not self._port:
            raise RuntimeError("The guarding proxy was not started.")
        user, password = guest.credentials
        return f"http://{user}:{password}@127.0.0.1:{self._port}"

    def admit(self, *, before_request: Callable[[str], float] | None = None, upstream: str = "") -> ProxyGuest:
        """Let children in under rules of their own; see :class:`mediadl.net.proxy_guests.ProxyGuest`."""
        return self._guests.admit(before_request, upstream)

    def dismiss(self, guest: ProxyGuest) -> None:
        """Let a guest in no more, and end what its children have left open.

        A child that is dead looks like one that has said all it had to: a silent site would be kept
        waiting for as long as a tunnel may be idle.
        """
        if not self._guests.dismiss(guest):
            return
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._end_connections_of, guest)

    @property
    def address(self) -> str:
        """``127.0.0.1:port``, for programs that take the credentials apart."""
        return self.url.rpartition("@")[2]

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password."""
        return self._guest.credentials

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

    def _end_connections_of(self, guest: ProxyGuest) -> None:
        for task in self._serving.pop(guest, ()):
            task.cancel()

    async def _end_connections(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or (len(self._tasks) >= MAX_CONNECTIONS and not self._make_room()):
            writer.close()
            return
        self._tasks.add(task)
        self._unknown[task] = None
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
            pass  # the child or the site went away, or the proxy stops: the connection's end says it
        finally:
            self._tasks.discard(task)
            self._unknown.pop(task, None)
            writer.close()

    def _make_room(self) -> bool:
        """End the oldest connection that has not shown a password: any user of the machine can open them."""
        oldest = next(iter(self._unknown), None)
        if oldest is None:
            return False
        del self._unknown[oldest]
        self._tasks.discard(oldest)
        oldest.cancel()
        return True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                request = await read_proxy_request(reader, self._guests.guest_of)
        except RefusedRequestError as refused:
            writer.write(answer(refused.status, str(refused)))
            await writer.drain()
            return
        if (task := asyncio.current_task()) is not None:
            self._unknown.pop(task, None)
            self._serving.setdefault(request.guest, set()).add(task)
            task.add_done_callback(lambda done: self._forget(request.guest, done))
        try:
            await self._ask_guest(request)
            far = await self._connect(request)
        except MediaError as error:
            is_rule = error.code in _REFUSED_CODES or error.kind is FailureKind.TOLD_TO_WAIT
            if is_rule or error.code == "UPSTREAM_PROXY_FAILED":
                request.guest.refused(error)
            # Never 429: programs wait by themselves then, for as long as they think right.
            writer.write(answer(403 if is_rule else 502, f"{error.code}: {error.detail}"))
            await writer.drain()
            return
        await self._pass_on(request, (reader, writer), far)

    def _forget(self, guest: ProxyGuest, task: asyncio.Task[None]) -> None:
        tasks = self._serving.get(guest, set())
        tasks.discard(task)
        if not tasks:
            self._serving.pop(guest, None)

    async def _ask_guest(self, request: ProxyRequest) -> None:
        """Let the guest's own rule count the request, or refuse it."""
        rule = request.guest.before_request
        if rule is None:
            return
        loop = asyncio.get_running_loop()
        if seconds := await loop.run_in_executor(self._askers, rule, request.url):
            await asyncio.sleep(seconds)

    async def _pass_on(self, request: ProxyRequest, near: Streams, far: Streams) -> None:
        def on_answer(head: HeaderCollector) -> None:
            error = error_for_page(head.status, head.headers())
            if error is not None and error.kind is FailureKind.TOLD_TO_WAIT:
                request.guest.refused(error)

        try:
            if request.is_tunnel:
                near[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await relay(near, far)
            else:
                far[1].write(request.forwarded_head)
                await exchange(near, far, request.body_bytes, on_answer)
        finally:
            far[1].close()

    async def _connect(self, request: ProxyRequest) -> Streams:
        mapped = self._host_map.get(f"{request.host}:{request.port}") or self._host_map.get(request.host)
        place = (request.host, request.port)
        if mapped:
            host, _, port = mapped.rpartition(":")
            place = (host, int(port))
        if upstream := request.guest.upstream:
            return await connect_behind(upstream, place, self._names, self._lookups, is_checked=bool(mapped))
        if mapped:
            return await asyncio.open_connection(*place)
        return await connect_checked(*place, self._names, self._lookups)
