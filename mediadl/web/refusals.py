"""The server's own answers: requests refused before any view sees them, in the API's error format."""

import uuid
from http import HTTPStatus

import orjson

from mediadl import clock

# What the middleware adds to every other answer. Nothing here is meant to be shown by a browser.
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"X-Content-Type-Options", b"nosniff"),
    (b"Content-Security-Policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"Referrer-Policy", b"same-origin"),
    (b"X-Frame-Options", b"DENY"),
    (b"Cache-Control", b"no-store"),
)
_CODES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "PAYLOAD_TOO_LARGE",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_ERROR",
    HTTPStatus.SERVICE_UNAVAILABLE: "SERVICE_UNAVAILABLE",
}


def refusal(status: int, detail: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and JSON body of an error answer with ``status`` that says ``detail``."""
    request_id = str(uuid.uuid4())
    body = orjson.dumps(
        {
            "detail": detail,
            "error_code": _CODES.get(HTTPStatus(status), "VALIDATION_ERROR"),
            "timestamp": clock.isoformat_milliseconds(clock.now()),
            "request_id": request_id,
        }
    )
    headers = [
        (b"Content-Type", b"application/json"),
        (b"Content-Length", str(len(body)).encode()),
        (b"X-Request-ID", request_id.encode()),
        *SECURITY_HEADERS,
    ]
    return headers, body


def raw_refusal(status: int, detail: str) -> bytes:
    """A whole HTTP/1.1 answer, for a connection on which no request could be read."""
    headers, body = refusal(status, detail)
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
    lines += [name + b": " + value for name, value in headers]
    lines += [b"Connection: close", b"", body]
    return b"\r\n".join(lines)
