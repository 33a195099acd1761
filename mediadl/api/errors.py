"""The errors that services raise and the API answers: one family, one list of codes.

A service raises one of these; nothing above it translates again. ``mediadl.api.error_responses``
turns each into the answer that the specification describes.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

FieldErrors = Mapping[str, Sequence[str]]


class ErrorCode(StrEnum):
    """Every ``error_code`` that the API can answer."""

    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    NOT_AUTHENTICATED = "NOT_AUTHENTICATED"
    INVALID_TOKEN = "INVALID_TOKEN"  # noqa: S105 - a code, not a secret
    PERMISSION_DENIED = "PERMISSION_DENIED"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    INVALID_JSON = "INVALID_JSON"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    DUPLICATE = "DUPLICATE"
    INVALID_TRANSITION = "INVALID_TRANSITION"
    PLATFORM_DISABLED = "PLATFORM_DISABLED"
    JOB_ALREADY_RUNNING = "JOB_ALREADY_RUNNING"
    RATE_LIMITED = "RATE_LIMITED"
    TOO_MANY_LOGIN_ATTEMPTS = "TOO_MANY_LOGIN_ATTEMPTS"
    THUMBNAIL_UNAVAILABLE = "THUMBNAIL_UNAVAILABLE"
    FILE_MISSING = "FILE_MISSING"
    INSUFFICIENT_STORAGE = "INSUFFICIENT_STORAGE"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class ApiError(Exception):
    """A request that cannot be answered as asked.

    Attributes:
        code: the stable word for programs.
        detail: one sentence for a person: the cause and the next step.
        status: the HTTP status.
        extra: more members of the answer (``existing_id``).
        field_errors: with 422, the messages for each field or parameter.
        headers: more response headers (``Retry-After``, ``WWW-Authenticate``).
    """

    def __init__(
        self,
        code: ErrorCode,
        detail: str,
        *,
        status: int,
        extra: Mapping[str, Any] | None = None,
        field_errors: FieldErrors | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status
        self.extra = dict(extra or {})
        self.field_errors = {name: list(messages) for name, messages in (field_errors or {}).items()}
        self.headers = dict(headers or {})


class NotFoundError(ApiError):
    """There is no such thing, or not for this user."""

    def __init__(self, detail: str = "Not found.") -> None:
        super().__init__(ErrorCode.NOT_FOUND, detail, status=404)


class InvalidFieldsError(ApiError):
    """Fields or parameters have wrong types or values, are unknown or read-only."""

    def __init__(self, field_errors: FieldErrors, detail: str = "") -> None:
        names = ", ".join(field_errors)
        super().__init__(
            ErrorCode.VALIDATION_ERROR,
            detail or f"Not valid: {names}. See errors for what to change.",
            status=422,
            field_errors=field_errors,
        )


class DuplicateError(ApiError):
    """The same thing is there already; ``existing_id`` tells which."""

    def __init__(self, existing_id: int | str | None, detail: str = "This already exists.") -> None:
        extra = {} if existing_id is None else {"existing_id": existing_id}
        super().__init__(ErrorCode.DUPLICATE, detail, status=409, extra=extra)


class TransitionRefusedError(ApiError):
    """The present state does not allow this change."""

    def __init__(self, detail: str) -> None:
        super().__init__(ErrorCode.INVALID_TRANSITION, detail, status=409)


class PlatformDisabledError(ApiError):
    """The platform or downloader is switched off in the settings."""

    def __init__(self, detail: str) -> None:
        super().__init__(ErrorCode.PLATFORM_DISABLED, detail, status=409)


class JobAlreadyRunningError(ApiError):
    """The job's last run has not ended yet."""

    def __init__(self, detail: str = "The job is running already; wait until it has ended.") -> None:
        super().__init__(ErrorCode.JOB_ALREADY_RUNNING, detail, status=409)


class NotAuthenticatedError(ApiError):
    """Nobody is signed in."""

    def __init__(self, detail: str = "Sign in, or send a bearer token.") -> None:
        super().__init__(ErrorCode.NOT_AUTHENTICATED, detail, status=401, headers={"WWW-Authenticate": "Bearer"})


class InvalidTokenError(ApiError):
    """The token is damaged, expired, revoked or of the wrong type."""

    def __init__(self, detail: str = "The token is not valid or has expired; sign in again.") -> None:
        super().__init__(ErrorCode.INVALID_TOKEN, detail, status=401, headers={"WWW-Authenticate": "Bearer"})


class InvalidCredentialsError(ApiError):
    """Name and password do not belong together, or the user is switched off."""

    def __init__(self, detail: str = "Incorrect username or password") -> None:
        super().__init__(ErrorCode.INVALID_CREDENTIALS, detail, status=401, headers={"WWW-Authenticate": "Bearer"})


class PermissionDeniedError(ApiError):
    """The role (or the token's scope) is too low."""

    def __init__(self, detail: str = "Your role does not allow this; ask an admin.") -> None:
        super().__init__(ErrorCode.PERMISSION_DENIED, detail, status=403)


class RateLimitedError(ApiError):
    """The hour's requests are used up."""

    def __init__(self, retry_after_seconds: int, detail: str = "") -> None:
        super().__init__(
            ErrorCode.RATE_LIMITED,
            detail or f"Too many requests in this hour; try again in {retry_after_seconds} seconds.",
            status=429,
            headers={"Retry-After": str(retry_after_seconds)},
        )


class TooManyLoginAttemptsError(ApiError):
    """Too many wrong passwords for this name from this address."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            ErrorCode.TOO_MANY_LOGIN_ATTEMPTS,
            f"Too many failed sign-ins; try again in {retry_after_seconds} seconds.",
            status=429,
            headers={"Retry-After": str(retry_after_seconds)},
        )


class ThumbnailUnavailableError(ApiError):
    """No thumbnail can be made for this download."""

    def __init__(self, detail: str = "This download has no thumbnail.") -> None:
        super().__init__(ErrorCode.THUMBNAIL_UNAVAILABLE, detail, status=404)


class FileMissingError(ApiError):
    """The record's file is not on disk."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            ErrorCode.FILE_MISSING,
            detail or "The file is no longer on disk; add the download's URL to the queue to fetch it again.",
            status=404,
        )


class InsufficientStorageError(ApiError):
    """The disk or the storage limit leaves no room."""

    def __init__(self, detail: str) -> None:
        super().__init__(ErrorCode.INSUFFICIENT_STORAGE, detail, status=507)


class ServiceUnavailableError(ApiError):
    """Something the request needs is not there just now."""

    def __init__(self, detail: str, retry_after_seconds: int = 5) -> None:
        super().__init__(
            ErrorCode.SERVICE_UNAVAILABLE,
            detail,
            status=503,
            headers={"Retry-After": str(retry_after_seconds)},
        )


class InvalidJsonError(ApiError):
    """The body is not JSON, or nested too deeply."""

    def __init__(self, detail: str = "The request body is not valid JSON.") -> None:
        super().__init__(ErrorCode.INVALID_JSON, detail, status=400)


class PayloadTooLargeError(ApiError):
    """The body is larger than the API reads."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            ErrorCode.PAYLOAD_TOO_LARGE, f"The request body is larger than {limit_bytes} bytes.", status=413
        )
