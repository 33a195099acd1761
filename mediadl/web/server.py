"""The web server: daphne with backpressure and limits, on a socket that is bound before it starts."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog

# Installs Twisted's reactor on asyncio; must come before any other import of a reactor.
from daphne.server import Server, reactor  # isort: skip
from daphne.http_protocol import HTTPFactory
from django.conf import settings
from twisted.internet import defer
from twisted.internet.interfaces import IAddress
from twisted.logger import globalLogBeginner
from twisted.web import http

from mediadl.environment import EnvironmentProblem
from mediadl.web.access_log import AccessLog
from mediadl.web.channel import IDLE_SECONDS, LimitedChannel
from mediadl.web.disconnects import ClientDisconnected
from mediadl.web.request import BoundedRequest
from mediadl.web.socket_protocol import GOING_AWAY, BoundedSocket, BoundedSocketFactory

BACKLOG = 512
# A clean stop takes less than a second: what answers within this still does.
STOP_SECONDS = 0.3
SOCKET_HANDSHAKE_SECONDS = 5
PING_TIMEOUT_SECONDS = 30

Application = Callable[..., Awaitable[None]]
_log = structlog.get_logger("System")


class AddressUnavailable(EnvironmentProblem):
    """The address cannot be listened on; the text names it and says what to change."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` and ``port`` (0: any free one).

    Raises:
        AddressUnavailable: the port is in use, may not be taken, or the host is not one of ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressUnavailable(f"MEDIADL_HOST: {host!r} is not an address of this machine ({error})") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        text = f"Cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}. Set MEDIADL_PORT to a free port."
        raise AddressUnavailable(text) from error
    listener.setblocking(False)  # noqa: FBT003 - the standard library's only form
    return listener


def run(
    host: str,
    port: int,
    *,
    application: Application,
    on_ready: Callable[[int], None] | None = None,
    ready_fd: int | None = None,
    listen_fd: int | None = None,
    access_log: Path | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; returns after a clean stop. Main thread only, once a process.

    Args:
        host: the address to listen on.
        port: 0 takes a free one.
        application: the ASGI application (:mod:`mediadl.asgi` has the product's).
        on_ready: called with the port once connections are answered.
        ready_fd: a descriptor on which ``<port>\\n`` is written then; it is closed afterwards.
        listen_fd: a listening socket that the caller has bound; host and port are then not used.
        access_log: the access log's file; ``access.log`` in the folder of logs if left out.

    Raises:
        AddressUnavailable: see :func:`bind`.
    """
    listener = bind(host, port) if listen_fd is None else socket.socket(fileno=listen_fd)
    log = AccessLog(access_log or settings.LOGS_DIR / "access.log")
    bound_port = listener.getsockname()[1]

    def tell() -> None:
        if on_ready is not None:
            on_ready(bound_port)
        if ready_fd is not None:
            os.write(ready_fd, f"{bound_port}\n".encode())
            os.close(ready_fd)

    try:
        WebServer(application, listener, tell, log).run()
    finally:
        log.close()
        listener.close()


class BoundedHttpFactory(HTTPFactory):  # type: ignore[misc]
    """Makes the connections of one server."""

    def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: ARG002, N802 - Twisted's signature
        """A connection with limits for a client that has just arrived."""
        channel: Any = LimitedChannel()
        channel.factory = self
        channel.requestFactory = BoundedRequest
        channel.callLater = self.reactor.callLater
        channel.timeOut = IDLE_SECONDS
        return channel

    def log(self, request: http.Request) -> None:
        """Nothing: the access log is daphne's action logger."""


class WebServer(Server):  # type: ignore[misc]
    """daphne's server with our connections, and a stop that waits for nobody for long."""

    def __init__(
        self, application: Application, listener: socket.socket, tell: Callable[[], None], log: AccessLog
    ) -> None:
        super().__init__(
            application,
            endpoints=["bound before"],
            action_logger=log,
            server_name="",  # no banner
            ping_timeout=PING_TIMEOUT_SECONDS,
            websocket_handshake_timeout=SOCKET_HANDSHAKE_SECONDS,
            verbosity=0,
        )
        self._listener = listener
        self._tell = tell
        self.connections: dict[Any, dict[str, Any]] = {}

    def run(self) -> None:
        """Listen and serve until the reactor is stopped by a signal."""
        self.http_factory = BoundedHttpFactory(self)
        self.ws_factory = BoundedSocketFactory(self, server=None)
        self.ws_factory.set_limits(ping_timeout=self.ping_timeout, handshake_timeout=self.websocket_handshake_timeout)
        globalLogBeginner.beginLoggingTo(
            [_log_failure],  # type: ignore[list-item] # any callable will do
            redirectStandardIO=False,
            discardBuffer=True,
        )
        asyncio.set_event_loop(reactor._asyncioEventloop)
        port = reactor.adoptStreamPort(self._listener.fileno(), self._listener.family, self.http_factory)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        reactor.addSystemEventTrigger("before", "shutdown", self._stop, port)
        reactor.callWhenRunning(self._tell)
        reactor.run(installSignalHandlers=True)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Start the application for a request or socket; its failure is answered at once."""
        queue = super().create_application(protocol, scope)
        task = self.connections.get(protocol, {}).get("application_instance")
        if task is not None:
            task.add_done_callback(partial(self._ended, protocol))
        return queue

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send ``message`` once the client has taken enough of the ones before.

        Raises:
            ClientDisconnected: the client has gone.
        """
        await self._room_for(protocol, message)
        if protocol not in self.connections or self.connections[protocol].get("disconnected"):
            raise ClientDisconnected
        self.check_headers_type(message)
        protocol.handle_reply(message)

    async def _room_for(self, protocol: Any, message: dict[str, Any]) -> None:
        if self.connections.get(protocol, {}).get("disconnected"):
            return
        if message["type"] in {"websocket.accept", "websocket.close"}:
            return
        is_large = message["type"] == "websocket.send" or message.get("more_body", False)
        if not is_large and getattr(protocol, "_drain", None) is None:
            return  # an answer in one part needs no producer
        try:
            await protocol.drained()
        except TimeoutError:
            protocol.abort()
            raise ClientDisconnected from None

    def _ended(self, protocol: Any, task: "asyncio.Task[None]") -> None:
        """Deal with the application's end now: daphne's checker would come up to a second later."""
        details = self.connections.get(protocol)
        if details is None or details.pop("application_instance", None) is None:
            return
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ClientDisconnected):
            _log.error("A request failed outside the application's own error handling", exc_info=error)
        if details.get("disconnected"):
            del self.connections[protocol]
        elif error is not None:
            protocol.handle_exception(error)

    def _stop(self, port: Any) -> "defer.Deferred[None]":
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._say_goodbye(port)))

    async def _say_goodbye(self, port: Any) -> None:
        """Take no new connection, close sockets, let short requests end, cancel the rest."""
        port.stopListening()
        tasks = []
        for protocol, details in list(self.connections.items()):
            task = details.get("application_instance")
            if task is None:
                continue
            if isinstance(protocol, BoundedSocket) and protocol.state == protocol.STATE_OPEN:
                protocol.serverClose(GOING_AWAY)
            tasks.append(task)
        if not tasks:
            return
        _, unfinished = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished, timeout=0.1)


def _log_failure(event: dict[str, Any]) -> None:
    """Twisted's log, of which only failures matter to an operator."""
    failure = event.get("log_failure")
    if failure is not None:
        _log.error("Failure in the web server", error=failure.getTraceback())
