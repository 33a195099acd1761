"""Turns whatever a view raised into the specification's error answer, in one place."""

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.views import set_rollback

from mediadl.api.errors import (
    ApiError,
    ErrorCode,
    InsufficientStorageError,
    InvalidFieldsError,
    InvalidJsonError,
    InvalidTokenError,
    NotAuthenticatedError,
    NotFoundError,
    PayloadTooLargeError,
    PermissionDeniedError,
    ServiceUnavailableError,
)
from mediadl.api.limits import BODY_BYTES_LIMIT
from mediadl.api.request_id import request_id_of
from mediadl.clock import isoformat_milliseconds, now
from mediadl.media import FailureKind, MediaError

_log = structlog.get_logger("System")

_INTERNAL_DETAIL = "Something went wrong on the server; the log tells more under this request id."


def flat_messages(detail: Any, path: str = "") -> dict[str, list[str]]:
    """DRF's nested validation messages as ``{dotted.path: [messages]}``."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for name, below in detail.items():
            own = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
            for where, messages in flat_messages(below, own).items():
                flat.setdefault(where, []).extend(messages)
        return flat
    if isinstance(detail, (list, tuple)):
        if any(isinstance(entry, (Mapping, list, tuple)) for entry in detail):
            return flat_messages({str(number): entry for number, entry in enumerate(detail) if entry}, path)
        return {path or "body": [str(entry) for entry in detail]}
    return {path or "body": [str(detail)]}


def _from_media_error(error: MediaError) -> ApiError:
    if error.kind is FailureKind.REFUSED:
        return InvalidFieldsError({"url": [error.detail]})
    if error.kind is FailureKind.DISK:
        return InsufficientStorageError(error.detail)
    return ServiceUnavailableError(error.detail, int(error.retry_after or 5))


def _from_drf(error: drf.APIException) -> ApiError:
    match error:
        case drf.ValidationError():
            return InvalidFieldsError(flat_messages(error.detail))
        case drf.NotAuthenticated():
            return NotAuthenticatedError()
        case drf.AuthenticationFailed():
            return InvalidTokenError(str(error.detail))
        case drf.PermissionDenied():
            return PermissionDeniedError()
        case drf.NotFound():
            return NotFoundError()
        case drf.MethodNotAllowed():
            return ApiError(ErrorCode.METHOD_NOT_ALLOWED, str(error.detail), status=405)
        case drf.UnsupportedMediaType():
            return ApiError(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as Content-Type: application/json.", status=415
            )
        case drf.ParseError():
            return InvalidJsonError()
    return ApiError(ErrorCode.INTERNAL_ERROR, _INTERNAL_DETAIL, status=500)


def translate(error: Exception) -> ApiError | None:
    """What ``error`` means to a caller, or None where it is a fault of ours."""
    match error:
        case ApiError():
            return error
        case drf.APIException():
            return _from_drf(error)
        case Http404():
            return NotFoundError()
        case PermissionDenied():
            return PermissionDeniedError()
        case MediaError():
            return _from_media_error(error)
        case RequestDataTooBig():
            return PayloadTooLargeError(BODY_BYTES_LIMIT)
        case SuspiciousOperation():
            return InvalidJsonError("The request is malformed.")
        case OperationalError() if _is_busy(error):
            return ServiceUnavailableError("The database is busy; try again in a moment.")
    return None


def _is_busy(error: DatabaseError) -> bool:
    return "locked" in str(error) or "busy" in str(error)


def error_body(error: ApiError, request: HttpRequest) -> dict[str, Any]:
    """The answer's members, as the specification names them."""
    body: dict[str, Any] = {
        "detail": error.detail,
        "error_code": error.code.value,
        "timestamp": isoformat_milliseconds(now()),
        "request_id": request_id_of(request),
        **error.extra,
    }
    if error.field_errors or error.status == 422:
        body["errors"] = error.field_errors
    return body


def error_response(error: ApiError, request: HttpRequest) -> HttpResponse:
    """The whole response to an error."""
    return HttpResponse(
        orjson.dumps(error_body(error, request)),
        status=error.status,
        content_type="application/json",
        headers=error.headers,
    )


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's hook: answer ``error``; one that nobody foresaw is logged and becomes a bare 500."""
    request: HttpRequest = context["request"]._request
    set_rollback()
    answer = translate(error)
    if answer is None:
        _log.error("A request failed", path=request.path, method=request.method, exc_info=error)
        answer = ApiError(ErrorCode.INTERNAL_ERROR, _INTERNAL_DETAIL, status=500)
    response = error_response(answer, request)
    if answer.status == 405:
        response["Allow"] = ", ".join(m for m in context["view"].allowed_methods if m != "OPTIONS")
    return response
