"""One HTTP request on its way to the application and its answer on the way back."""

from http import HTTPStatus
from typing import Any

from daphne.http_protocol import WebRequest

from mediadl.web.body_limits import REQUEST_BODY_BYTES
from mediadl.web.drain import Drain
from mediadl.web.refusals import RequestHeaders, refusal

_PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """daphne's request with backpressure, a bounded body and errors in the API's format."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Forms are the application's to parse, on its thread and with its limits.
        self._parsePOSTFormSubmission = False
        self._body_bytes = 0
        self.body_limit = REQUEST_BODY_BYTES  # the channel sets it once it has read the headers
        self._drain: Drain | None = None

    def setResponseCode(self, code: int, message: bytes | None = None) -> None:  # noqa: N802 - Twisted's name
        """Give a status its phrase; Twisted's table ends before 422 and 429."""
        if message is None and code in _PHRASES:
            message = _PHRASES[code]
        super().setResponseCode(code, message)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Keep a part of the body; a chunked body tells its size only by arriving."""
        self._body_bytes += len(data)
        if self._body_bytes > self.body_limit:
            self.channel.refuse_large_body(self.body_limit)
        else:
            super().handleContentChunk(data)

    def asked(self) -> RequestHeaders:
        """The headers that were read so far, names in lower case."""
        return {name.lower(): b",".join(values) for name, values in self.requestHeaders.getAllRawHeaders()}

    def process(self) -> Any:
        """Hand the complete request to the application."""
        # daphne would take the URL prefix from this header, whoever sent it.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        return super().process()

    async def drained(self) -> None:
        """Return when the client has taken enough of what was sent so far."""
        if self._drain is None:
            self._drain = Drain(is_open=not self.channel._waitingForTransport)
            self.registerProducer(self._drain, streaming=True)
        await self._drain.wait()

    def finish(self) -> None:
        """End the answer."""
        self._stop_draining()
        super().finish()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Wake whoever waits for the client."""
        if self._drain is not None:
            self._drain.stopProducing()
        super().connectionLost(reason)

    def abort(self) -> None:
        """Cut the connection: the answer cannot be finished, and must not look finished."""
        channel = self.channel
        if channel is not None and channel.transport is not None:
            channel.transport.abortConnection()

    def handle_exception(self, exception: BaseException) -> None:  # noqa: ARG002 - daphne's signature
        """The application failed; the server has logged why."""
        if self._response_started:
            self.abort()
        else:
            self.basic_error(500, b"", "Something went wrong on the server; its log says what.")

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Answer with an error of the server's own."""
        detail = body or status_text.decode() or HTTPStatus(status).phrase
        headers, content = refusal(status, detail, asked=self.asked(), address=str(getattr(self.client, "host", "")))
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": content})

    def _stop_draining(self) -> None:
        if self._drain is not None:
            self._drain.stopProducing()
            self.unregisterProducer()
            self._drain = None
