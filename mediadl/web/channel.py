"""One client's HTTP connection, with limits that hold while the bytes arrive."""

import re
from typing import Any

from twisted.web import http

from mediadl.web.body_limits import body_limit
from mediadl.web.refusals import RequestHeaders, raw_refusal

REQUEST_LINE_BYTES = 8192  # also the longest header line
HEADERS_BYTES = 16 * 1024
HEADERS_COUNT = 100
REQUEST_SECONDS = 20  # from a request's first byte to the end of its headers
BODY_SECONDS = 60
IDLE_SECONDS = 75
LINGER_SECONDS = 5
LINGER_BYTES = 64 * 1024 * 1024
_HEADER = re.compile(rb"(?<=\r\n)(x-request-id|authorization|cookie):[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.IGNORECASE)


# Twisted's annotations do not fit how its protocols are meant to be used.
_Channel: Any = http.HTTPChannel


class LimitedChannel(_Channel):  # type: ignore[misc]
    """Twisted's connection, which refuses what is too large, too slow or malformed.

    Twisted takes in a whole request before the application sees it; only here can it be stopped.
    A refused client still gets its answer: we stop parsing, say so, and read on for a moment, since
    closing a socket with unread bytes would reset the connection and lose the answer.
    """

    MAX_LENGTH = REQUEST_LINE_BYTES
    totalHeadersSize = HEADERS_BYTES  # noqa: N815 - Twisted's name
    maxHeaders = HEADERS_COUNT  # noqa: N815 - Twisted's name

    def __init__(self) -> None:
        super().__init__()
        self._deadline: Any = None
        self._refused = False
        self._lingered_bytes = 0
        self._head_ended = False
        self._line = b""
        self._unread_head = b""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Parse what arrived; whoever is slow to finish a request gets a deadline."""
        if self._refused:
            self._linger(data)
            return
        super().dataReceived(data)
        if self._deadline is None and not self._handlingRequest and not self._refused and self.requests:
            self._start_deadline(REQUEST_SECONDS)

    def allHeadersReceived(self) -> None:  # noqa: N802 - Twisted's name
        """Refuse a body that says it is too large before the client is told to go on."""
        self._head_ended = True
        request = self.requests[-1]
        content_type = request.asked().get(b"content-type", b"").decode("latin1")
        request.body_limit = body_limit(self._path.decode("latin1"), content_type)
        if self.length is not None and self.length > request.body_limit:
            self.refuse_large_body(request.body_limit)
            return
        super().allHeadersReceived()
        if self.length != 0:
            self._start_deadline(BODY_SECONDS)

    def allContentReceived(self) -> None:  # noqa: N802 - Twisted's name
        """The request is complete: the rest is the application's time."""
        self._stop_deadline()
        self._head_ended = False
        if not self._refused:
            super().allContentReceived()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Forget the deadline with the connection."""
        self._stop_deadline()
        super().connectionLost(reason)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """A request line or header line is too long; ``line`` is all that has arrived from its start."""
        self._unread_head = line
        self.refuse(431, f"The request line or a header line exceeds {REQUEST_LINE_BYTES} bytes.")

    def refuse_large_body(self, limit_bytes: int) -> None:
        """Answer 413 and take no more."""
        self.refuse(413, f"The request body exceeds {limit_bytes} bytes.")

    def refuse(self, status: int, detail: str) -> None:
        """Answer with an error and close, whatever the client still sends."""
        if self._refused:
            return
        self._refused = True
        self.persistent = 0
        self._stop_deadline()
        self.setTimeout(None)
        address = str(getattr(self.getPeer(), "host", ""))
        self.transport.write(raw_refusal(status, detail, asked=self._asked(), address=address))
        self._deadline = self.callLater(LINGER_SECONDS, self.transport.abortConnection)
        self._networkProducer.unregisterProducer()
        self.setRawMode()
        # Half closed: the client sees our answer and its end while it may still be sending.
        self.transport.loseWriteConnection()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """A part of the body; what follows a refusal is only counted."""
        if self._refused:
            self._linger(data)
            return
        super().rawDataReceived(data)

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """A line of the headers; nothing is parsed after a refusal."""
        if not self._refused:
            self._line = line
            super().lineReceived(line)

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802 - Twisted's name
        self.refuse(400, "The request is not valid HTTP.")

    def _asked(self) -> RequestHeaders:
        """The refused request's headers; of one that was not read to its end, those that have arrived."""
        asked = dict(self.requests[-1].asked()) if self.requests else {}
        if self._head_ended:
            return asked
        # The line before this one is kept by Twisted until it knows that it does not go on.
        pending = self._HTTPChannel__header
        is_at_its_end = bool(pending) and not self._line and not self._unread_head
        unread = b"" if is_at_its_end else (self._unread_head + self._buffer).partition(b"\r\n\r\n")[0]
        for name, value in _HEADER.findall(b"\r\n".join((b"", pending, self._line, unread, b""))):
            asked.setdefault(name.lower(), value)
        return asked

    def _linger(self, data: bytes) -> None:
        self._lingered_bytes += len(data)
        if self._lingered_bytes > LINGER_BYTES:
            self.transport.abortConnection()

    def _start_deadline(self, seconds: float) -> None:
        self._stop_deadline()
        self._deadline = self.callLater(seconds, self._too_slow)

    def _stop_deadline(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        self.refuse(408, "The request did not arrive in time.")
