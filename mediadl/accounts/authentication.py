"""Tells who makes a request: a bearer token first, else the web interface's cookie."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from mediadl.accounts.models import ApiToken
from mediadl.accounts.services.browser import browser_claims
from mediadl.accounts.services.personal_tokens import PREFIX, verify_api_token
from mediadl.accounts.services.sessions import verify_access_token
from mediadl.api.errors import InvalidTokenError, PermissionDeniedError
from mediadl.api.identity import ANONYMOUS, Identity, IdentityKind, identity_of

_SCHEME = "bearer"


def _from_token(token: str) -> Identity:
    if token.startswith(PREFIX):
        row = verify_api_token(token)
        return Identity(IdentityKind.TOKEN, row.user, read_only=row.scope == ApiToken.Scope.READ)
    claims = verify_access_token(token)
    return Identity(IdentityKind.TOKEN, claims.user, session_id=str(claims.session.pk) if claims.session else None)


def identify(request: HttpRequest) -> Identity:
    """The caller of ``request``, in at most one query for a token and two for a cookie."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == _SCHEME:
        try:
            return _from_token(token.strip())
        except InvalidTokenError as error:
            return Identity(error=error)
    claims = browser_claims(request) if hasattr(request, "session") else None
    if claims is None or claims.session is None:
        return ANONYMOUS
    return Identity(IdentityKind.COOKIE, claims.user, session_id=str(claims.session.pk))


class BearerAuthentication(BaseAuthentication):
    """Access tokens and personal tokens in the ``Authorization`` header."""

    def authenticate(self, request: Request) -> tuple[Any, Identity] | None:
        """The user and their identity, or None without such a header.

        Raises:
            InvalidTokenError: the token is not valid.
        """
        identity = identity_of(request._request)
        if identity.error is not None:
            raise identity.error
        return (identity.user, identity) if identity.kind is IdentityKind.TOKEN else None

    def authenticate_header(self, _request: Request) -> str:
        """What ``WWW-Authenticate`` says."""
        return "Bearer"


class CookieSessionAuthentication(BaseAuthentication):
    """The web interface's cookie; whatever changes something must carry the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Identity] | None:
        """The user and their identity, or None without a session.

        Raises:
            PermissionDeniedError: the CSRF token is missing or wrong.
        """
        identity = identity_of(request._request)
        if identity.kind is not IdentityKind.COOKIE:
            return None
        if request.method not in SAFE_METHODS:
            _check_csrf(request._request)
        return identity.user, identity


def _check_csrf(request: HttpRequest) -> None:
    check = CSRFCheck(_never_called)
    check.process_request(request)
    if check.process_view(request, _never_called, (), {}):
        raise PermissionDeniedError("The CSRF token is missing or wrong; reload the page.")


def _never_called(*_arguments: object) -> HttpResponse:
    """Stands for the view that the check would let through."""
    return HttpResponse()
