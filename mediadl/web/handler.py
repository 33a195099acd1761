"""Django behind ASGI with the whole synchronous request in one hop on a lasting thread.

Django's own handler changes threads for each synchronous part of a request. Here middleware, view,
rendering and the closing of the answer run in one call on one of a few lasting threads, whose
database connections last too; the event loop only moves bytes.
"""

import contextvars
import io
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import structlog
from django.core import signals
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

from mediadl.web.body_limits import scope_body_limit
from mediadl.web.disconnects import ClientDisconnected
from mediadl.web.refusals import refusal
from mediadl.web.threads import LastingThreads

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

REQUEST_THREADS = 16  # eight slow requests on eight threads would block the ninth
STREAM_THREADS = 4  # reading files: never waits for clients, so a few do
BODY_PART_BYTES = 256 * 1024
STATIC_READ_BYTES = 64 * 1024
BODILESS_STATUSES = (204, 304)
SMALL_FILE_BYTES = 1024 * 1024  # what is no larger (a thumbnail) is read in the request's own hop

_log = structlog.get_logger("System")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the thread hands to the loop; ``stream`` and ``close`` only for a streamed answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    stream: Iterator[bytes] | None = None
    close: Callable[[], None] | None = None


class OneHopHandler(BaseHandler):
    """The ASGI application for HTTP. Streamed answers must be synchronous iterators of bytes.

    A streamed answer is read ahead by one part only: the server's ``send`` returns when the client
    has taken enough. Its parts are read on threads of their own, where a database query would open
    a connection of its own: answers that stream hold no query open.
    """

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self._requests = LastingThreads("request", REQUEST_THREADS)
        self._streams = LastingThreads("stream", STREAM_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        try:
            limit = scope_body_limit(scope)
            body = await _read_body(receive, limit)
            if body is None:
                await _send_whole(send, 413, *_refusal(scope, 413, f"The request body exceeds {limit} bytes."))
                return
            # A fresh context for each request: nothing bound to one request's log lines, URL
            # prefix or language can be seen by the next one on the same thread.
            context = contextvars.copy_context()
            answer = await self._requests.run(context.run, self._respond, scope, body)
            await self._send(answer, send, is_head=scope["method"] == "HEAD")
        except ClientDisconnected:
            return

    def _respond(self, scope: Scope, body: io.BytesIO) -> _Answer:
        """The request's one hop; runs on a request thread."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        try:
            request = ASGIRequest(scope, body)
        except UnicodeDecodeError:
            signals.request_finished.send(sender=type(self))
            return _Answer(400, *_refusal(scope, 400, "The request's address or headers are not valid text."))
        response = self.get_response(cast("HttpRequest", request))
        response._handler_class = type(self)  # type: ignore[attr-defined] # who sends request_finished
        return _answer_from(response)

    async def _send(self, answer: _Answer, send: Send, *, is_head: bool) -> None:
        if answer.stream is None:
            # daphne would send all but the first part of a body in answer to HEAD.
            await _send_whole(send, answer.status, answer.headers, b"" if is_head else answer.body)
            return
        try:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            if not is_head:
                while part := await self._streams.run(next, answer.stream, b""):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            if answer.close is not None:
                self._requests.submit(answer.close)


def _answer_from(response: HttpResponseBase) -> _Answer:
    headers = _encoded_headers(response)
    if not response.streaming:
        body = cast("HttpResponse", response).content
        response.close()
        if not response.has_header("Content-Length") and response.status_code not in BODILESS_STATUSES:
            headers.append((b"Content-Length", str(len(body)).encode()))
        return _Answer(response.status_code, headers, body)
    stream = _parts(cast("StreamingHttpResponse", response))
    if 0 <= int(response.get("Content-Length", "-1")) <= SMALL_FILE_BYTES:
        body = b"".join(stream)
        response.close()
        return _Answer(response.status_code, headers, body)
    return _Answer(response.status_code, headers, stream=stream, close=response.close)


def _parts(response: StreamingHttpResponse) -> Iterator[bytes]:
    """The answer's non-empty parts; an empty one would look like the end."""
    if isinstance(response, FileResponse):
        response.block_size = STATIC_READ_BYTES
    return (part for part in iter(response) if part)


def _encoded_headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("ascii"), value.encode("latin1")) for name, value in response.items()]
    headers += [(b"Set-Cookie", cookie.OutputString().encode("latin1")) for cookie in response.cookies.values()]
    return headers


def _refusal(scope: Scope, status: int, detail: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    client = scope.get("client")
    return refusal(status, detail, asked=dict(scope["headers"]), address=client[0] if client else "")


async def _read_body(receive: Receive, limit: int) -> io.BytesIO | None:
    """The request's whole body, or None where it is larger than allowed.

    Raises:
        ClientDisconnected: the client left before it had sent the body.
    """
    body = io.BytesIO()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        body.write(message.get("body", b""))
        if body.tell() > limit:
            return None
        if not message.get("more_body", False):
            body.seek(0)
            return body


async def _send_whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for start in range(0, max(len(body), 1), BODY_PART_BYTES):
        end = start + BODY_PART_BYTES
        part = body if len(body) <= BODY_PART_BYTES else body[start:end]
        await send({"type": "http.response.body", "body": part, "more_body": end < len(body)})
