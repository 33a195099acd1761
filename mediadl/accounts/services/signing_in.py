"""Signing in with a name and a password."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from mediadl.accounts import access_tokens, passwords
from mediadl.accounts.access_tokens import TokenType
from mediadl.accounts.models import Session, User
from mediadl.accounts.services import login_lock
from mediadl.accounts.services.audit import audit
from mediadl.accounts.services.sessions import access_token_of, revoke_sessions_of, start_session
from mediadl.api.errors import InvalidCredentialsError, InvalidFieldsError
from mediadl.clock import now


@dataclass(frozen=True, slots=True)
class SignIn:
    """A successful sign-in; ``expires_in`` is in seconds."""

    user: User
    session: Session
    access_token: str
    refresh_token: str
    expires_in: int


def check_credentials(username: str, password: str, address: str) -> User:
    """The active user with this name and password.

    Raises:
        InvalidCredentialsError: wrong name or password, or an inactive user: all look the same.
        TooManyLoginAttemptsError: 10 failures for the name and address within 15 minutes.
    """
    login_lock.reserve_attempt(username, address)
    user = User.objects.filter(username=username).first()
    if not passwords.is_password_right(user, password) or user is None or not user.is_active:
        audit(None, "auth.login_failed", username, address=address)
        raise InvalidCredentialsError
    login_lock.forgive(username, address)
    return user


def remember_sign_in(user: User, address: str) -> None:
    """Note when and from where somebody signed in."""
    user.last_login = now()
    user.save(update_fields=["last_login"])
    audit(user, "auth.login", user.username, address=address)


def authenticate(username: str, password: str, address: str, user_agent: str) -> SignIn:
    """Sign in and start a session with a pair of tokens.

    Raises:
        InvalidCredentialsError: wrong name or password, or an inactive user: all look the same.
        TooManyLoginAttemptsError: 10 failures for the name and address within 15 minutes.
    """
    user = check_credentials(username, password, address)
    lifetime: timedelta = settings.REFRESH_TOKEN_LIFETIME
    with transaction.atomic():
        session = start_session(user, Session.Kind.TOKEN, address=address, user_agent=user_agent, lifetime=lifetime)
        remember_sign_in(user, address)
    return SignIn(
        user=user,
        session=session,
        access_token=access_token_of(session),
        refresh_token=access_tokens.issue(TokenType.REFRESH, session_id=session.pk, user_id=user.pk, lifetime=lifetime),
        expires_in=settings.ACCESS_TOKEN_SECONDS,
    )


def change_password(
    user: User, *, current_password: str, new_password: str, address: str, keep_session: str | None = None
) -> None:
    """Give a user a new password and end their sessions, but for the browser's own ``keep_session``.

    Raises:
        InvalidFieldsError: the current password is wrong, or the new one is weak.
        TooManyLoginAttemptsError: too many wrong ones.
    """
    login_lock.reserve_attempt(user.username, address)
    if not passwords.is_password_right(user, current_password):
        raise InvalidFieldsError({"current_password": ["This is not your current password."]})
    login_lock.forgive(user.username, address)
    passwords.check_new_password(new_password, user, "new_password")
    fresh_hash = passwords.hashed(new_password)
    with transaction.atomic():
        user.password = fresh_hash
        user.save(update_fields=["password"])
        revoke_sessions_of(user, but=keep_session)
        audit(user, "auth.password", user.username, address=address)
