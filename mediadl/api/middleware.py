"""What every request below ``/api/`` passes: identity, rate limit, size, and the error format."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from mediadl.api.error_responses import error_response
from mediadl.api.errors import (
    ApiError,
    ErrorCode,
    InvalidJsonError,
    NotFoundError,
    PayloadTooLargeError,
    PermissionDeniedError,
    RateLimitedError,
)
from mediadl.api.identity import identity_of
from mediadl.api.limits import BODY_BYTES_LIMIT
from mediadl.api.throttling import Rate, count_request
from mediadl.web.body_limits import body_limit
from mediadl.web.standings import remember

API_PREFIX = "/api/"


def _framework_error(status: int) -> ApiError:
    """The API's own answer in place of a page that Django made."""
    match status:
        case 405:
            return ApiError(ErrorCode.METHOD_NOT_ALLOWED, "This method is not allowed here.", status=405)
        case 404:
            return NotFoundError("There is nothing at this path; see /api/v1/docs.")
        case 403:
            return PermissionDeniedError()
        case 413:
            return PayloadTooLargeError(BODY_BYTES_LIMIT)
        case status if status < 500:
            return InvalidJsonError("The request is malformed.")
    return ApiError(
        ErrorCode.INTERNAL_ERROR,
        "Something went wrong on the server; the log tells more under this request id.",
        status=500,
    )


class ApiMiddleware:
    """Wraps the API; pages pass through untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request; every response carries the rate headers and is not cached unless it says so."""
        if not request.path_info.startswith(API_PREFIX):
            return self._get_response(request)
        rate = count_request(request, identity_of(request))
        _remember(rate, request)
        limit = body_limit(request.path, request.META.get("CONTENT_TYPE", ""))
        if rate.is_exceeded:
            response: HttpResponseBase = error_response(RateLimitedError(rate.retry_after), request)
        elif _declared_length(request) > limit:
            response = error_response(PayloadTooLargeError(limit), request)
        else:
            response = self._get_response(request)
            if response.status_code >= 400 and response.get("Content-Type", "").startswith("text/html"):
                allowed = response.get("Allow")
                response = error_response(_framework_error(response.status_code), request)
                if allowed:
                    response["Allow"] = allowed
        for name, value in rate.standing.headers.items():
            response[name] = value
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


def _remember(rate: Rate, request: HttpRequest) -> None:
    meta = request.META
    remember(
        rate.standing,
        authorization=meta.get("HTTP_AUTHORIZATION", ""),
        cookie=meta.get("HTTP_COOKIE", ""),
        address=meta.get("REMOTE_ADDR") or "",
    )


def _declared_length(request: HttpRequest) -> int:
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return int(declared) if declared.isdecimal() else 0
