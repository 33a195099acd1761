"""Gives every request an id, which its answer, its errors and its log lines carry."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bind_contextvars, clear_contextvars

from mediadl.web.request_ids import request_id_from

HEADER = "X-Request-ID"


def request_id_of(request: HttpRequest) -> str:
    """The request's id: the caller's own if it is a UUID, else one of ours; the same on every call."""
    known: str | None = getattr(request, "request_id", None)
    if known is None:
        known = request_id_from(request.META.get("HTTP_X_REQUEST_ID", ""))
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
