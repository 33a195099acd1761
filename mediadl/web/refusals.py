"""The server's own answers: requests refused before any view sees them, in the API's error format."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson

from mediadl import clock
from mediadl.web.request_ids import request_id_from
from mediadl.web.standings import last_standing

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


RequestHeaders = Mapping[bytes, bytes]


def refusal(
    status: int, detail: str, *, asked: RequestHeaders, address: str
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and JSON body of an error answer with ``status`` that says ``detail``.

    Args:
        status: the HTTP status.
        detail: the cause, for a person.
        asked: the refused request's headers as far as they were read, names in lower case.
        address: where it came from.
    """
    request_id = request_id_from(_text(asked, b"x-request-id"))
    standing = last_standing(
        authorization=_text(asked, b"authorization"), cookie=_text(asked, b"cookie"), address=address
    )
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
        *((name.encode(), value.encode()) for name, value in standing.headers.items()),
        *SECURITY_HEADERS,
    ]
    return headers, body


def raw_refusal(status: int, detail: str, *, asked: RequestHeaders, address: str) -> bytes:
    """A whole HTTP/1.1 answer, for a connection on which no request could be read; see :func:`refusal`."""
    headers, body = refusal(status, detail, asked=asked, address=address)
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
    lines += [name + b": " + value for name, value in headers]
    lines += [b"Connection: close", b"", body]
    return b"\r\n".join(lines)


def _text(asked: RequestHeaders, name: bytes) -> str:
    return asked.get(name, b"").decode("latin1")  # as Django reads headers
