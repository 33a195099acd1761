"""The web interface's sessions: Django's cookie session, bound to a row that can be revoked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from mediadl.accounts.models import Session, User
from mediadl.accounts.services.sessions import AccessClaims, logout, start_session
from mediadl.accounts.services.signing_in import change_password, check_credentials, remember_sign_in
from mediadl.accounts.session_rows import read_live_session

_BINDING = "accounts_session"


def address_of(request: Any) -> str:
    """The client's address, already corrected for trusted proxies where the request came in."""
    return str(request.META.get("REMOTE_ADDR") or "")


def _bind(request: HttpRequest, user: User) -> Session:
    session = start_session(
        user,
        Session.Kind.COOKIE,
        address=address_of(request),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        lifetime=timedelta(seconds=request.session.get_expiry_age()),
    )
    request.session[_BINDING] = session.pk.hex
    return session


def sign_in_browser(request: HttpRequest, username: str, password: str) -> User:
    """Sign somebody in on this browser.

    Raises:
        InvalidCredentialsError: wrong name or password, or an inactive user.
        TooManyLoginAttemptsError: 10 failures for the name and address within 15 minutes.
    """
    address = address_of(request)
    user = check_credentials(username, password, address)
    with transaction.atomic():
        auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        _bind(request, user)
        remember_sign_in(user, address)
    return user


def sign_out_browser(request: HttpRequest) -> None:
    """End this browser's session, its sockets too."""
    claims = _claims_of(request.session)
    with transaction.atomic():
        if claims is not None and claims.session is not None:
            logout(claims.session.pk, claims.user)
        auth.logout(request)


def change_browser_password(request: HttpRequest, *, current_password: str, new_password: str) -> None:
    """Change the password of who is signed in on this browser; only this browser stays signed in.

    Raises:
        InvalidFieldsError: the current password is wrong, or the new one is weak.
        TooManyLoginAttemptsError: too many wrong ones.
    """
    claims = browser_claims(request)
    if claims is None or claims.session is None:
        return
    change_password(
        claims.user,
        current_password=current_password,
        new_password=new_password,
        address=address_of(request),
        keep_session=claims.session.pk.hex,
    )
    auth.update_session_auth_hash(request, claims.user)


def _claims_of(session: SessionBase) -> AccessClaims | None:
    """Who a Django session belongs to, if it is bound to a live row and the password is still the same."""
    bound = session.get(_BINDING)
    row = read_live_session(UUID(hex=bound)) if bound else None
    if row is None or str(row.user_id) != str(session.get(auth.SESSION_KEY)):
        return None
    if not constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), row.user.get_session_auth_hash()):
        return None
    return AccessClaims(row.user, row, row.expires_at)


def browser_claims(request: HttpRequest) -> AccessClaims | None:
    """Who is signed in on this browser; a session that Django itself began is bound at first sight."""
    session = request.session
    if auth.SESSION_KEY not in session:
        return None
    if _BINDING in session:
        return _claims_of(session)
    user = auth.get_user(request)
    if not isinstance(user, User):
        return None
    row = _bind(request, user)
    return AccessClaims(user, row, row.expires_at)


def claims_of_cookie(session_key: str) -> AccessClaims | None:
    """Who the session cookie of a socket's handshake belongs to."""
    return _claims_of(SessionStore(session_key)) if session_key else None


def browser_user(request: HttpRequest) -> User | AnonymousUser:
    """What ``request.user`` is on pages."""
    claims = browser_claims(request)
    return claims.user if claims else AnonymousUser()
