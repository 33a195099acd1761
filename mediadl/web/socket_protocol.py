"""One WebSocket: limits on what comes in, backpressure on what goes out."""

from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from mediadl.web.drain import Drain

MESSAGE_BYTES = 4096
SENT_MESSAGE_BYTES = 1024 * 1024
WAITING_MESSAGES = 100
POLICY_VIOLATION = 1008
GOING_AWAY = 1001


class BoundedSocket(WebSocketProtocol):  # type: ignore[misc]
    """daphne's socket, which takes in nothing before it is accepted and waits for slow clients."""

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - autobahn's name
        """A handshake has arrived; the application decides on it."""
        self._drain = Drain()
        # The HTTP connection still listens to the transport here; from now on we do.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self._drain, streaming=True)
        # Whatever the client sends before it is accepted stays in the kernel.
        self.transport.pauseProducing()
        return super().onConnect(request)

    async def drained(self) -> None:
        """Return when the client has taken enough of what was sent so far."""
        await self._drain.wait()

    def serverAccept(self, subprotocol: str | None = None) -> None:  # noqa: N802 - daphne's name
        """The application accepts the client."""
        super().serverAccept(subprotocol)
        self.transport.resumeProducing()

    def serverReject(self) -> None:  # noqa: N802 - daphne's name
        """The application refuses the client (HTTP 403)."""
        self.transport.unregisterProducer()
        super().serverReject()
        self.transport.resumeProducing()

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - daphne's name
        """Close with ``code``; autobahn's own call refuses the standard's codes such as 1008."""
        self.muted = True
        self.sendCloseFrame(code=1000 if code is None else code, isReply=False)

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802 - autobahn's name
        """A frame begins; all frames of a message together may not exceed the limit either."""
        super().onMessageFrameBegin(length)
        if self.message_data_total_length > MESSAGE_BYTES and not self.failedByMe:
            self._max_message_size_exceeded(self.message_data_total_length, MESSAGE_BYTES, "")

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: FBT001, N802, N803 - autobahn's names
        """A client's message; one that floods the application is cut off here."""
        if self.application_queue.qsize() >= WAITING_MESSAGES:
            self.serverClose(POLICY_VIOLATION)
            return
        super().onMessage(payload, isBinary)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:  # noqa: FBT001, N802, N803
        """The connection is gone, or never became a socket."""
        if hasattr(self, "_drain"):
            self._drain.stopProducing()
        # A muted socket's application must hear of the end too, or its task stays for ever.
        self.muted = False
        if self in getattr(getattr(self, "server", None), "connections", {}):
            super().onClose(wasClean, code, reason)

    def abort(self) -> None:
        """Cut the connection."""
        self.transport.abortConnection()

    def handle_exception(self, exception: BaseException) -> None:
        """The application failed; the server has logged why."""
        if hasattr(self, "handshake_deferred"):
            super().handle_exception(exception)
        elif self.state == self.STATE_OPEN:
            self.serverClose(1011)

    def _max_message_size_exceeded(self, msg_size: int, max_msg_size: int, reason: str) -> None:  # noqa: ARG002
        # autobahn's hook for a message over the limit; the size is told by its first bytes.
        self._fail_connection(POLICY_VIOLATION, f"A message may have {MESSAGE_BYTES} bytes.")


class BoundedSocketFactory(WebSocketFactory):  # type: ignore[misc]
    """Makes the sockets of one server."""

    protocol = BoundedSocket

    def set_limits(self, *, ping_timeout: float, handshake_timeout: float) -> None:
        """Set autobahn's options: seconds to answer a ping, seconds for the opening handshake."""
        self.setProtocolOptions(
            autoPingTimeout=ping_timeout,
            allowNullOrigin=True,
            openHandshakeTimeout=handshake_timeout,
            maxFramePayloadSize=MESSAGE_BYTES,  # what comes in
            maxMessagePayloadSize=SENT_MESSAGE_BYTES,  # what goes out, too
            failByDrop=False,
        )
