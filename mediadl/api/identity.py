"""Who makes a request, found once and shared by throttling, permissions and views.

This room knows no users: ``settings.API_IDENTIFY`` names the function of
:mod:`mediadl.accounts` that tells them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from mediadl.api.errors import ApiError


class IdentityKind(StrEnum):
    """How a caller proved who they are."""

    ANONYMOUS = "anonymous"
    TOKEN = "token"  # noqa: S105 - an access token or a personal one
    COOKIE = "cookie"  # the web interface's session


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller.

    Attributes:
        kind: how they proved it.
        user: the user, or None.
        session_id: the session row behind an access token or a cookie.
        read_only: a personal token with the scope ``read``.
        error: what is wrong with the token they sent, where it is.
    """

    kind: IdentityKind = IdentityKind.ANONYMOUS
    user: Any = None
    session_id: str | None = None
    read_only: bool = False
    error: ApiError | None = None


ANONYMOUS = Identity()


@cache
def _identifier() -> Callable[[HttpRequest], Identity]:
    function: Callable[[HttpRequest], Identity] = import_string(settings.API_IDENTIFY)
    return function


def identity_of(request: HttpRequest) -> Identity:
    """The caller of ``request``; asked for once, then remembered on the request."""
    known: Identity | None = getattr(request, "_identity", None)
    if known is None:
        known = _identifier()(request)
        request._identity = known  # type: ignore[attr-defined] # the request's own place for it
    return known
