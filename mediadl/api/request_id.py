"""Gives every request an id, which its answer, its errors and its log lines carry."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bind_contextvars, clear_contextvars

HEADER = "X-Request-ID"
_CANONICAL_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def request_id_of(request: HttpRequest) -> str:
    """The request's id: the caller's own if it is a UUID, else one of ours; the same on every call."""
    known: str | None = getattr(request, "request_id", None)
    if known is None:
        offered = request.META.get("HTTP_X_REQUEST_ID", "")
        known = offered if _CANONICAL_UUID.fullmatch(offered) else str(uuid.uuid4())
        request.request_id = known  # type: ignore[attr-defined] # the request's own place for it
    return known


class RequestIdMiddleware:
    """Outermost: binds the id for the logs and sets ``X-Request-ID`` on every response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with its id bound."""
        request_id = request_id_of(request)
        clear_contextvars()  # the thread is a lasting one
        bind_contextvars(request_id=request_id)
        try:
            response = self._get_response(request)
        finally:
            clear_contextvars()
        response[HEADER] = request_id
        return response
