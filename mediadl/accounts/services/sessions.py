"""Sessions: their start, their tokens, their end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from mediadl.accounts import access_tokens
from mediadl.accounts.access_tokens import TokenType
from mediadl.accounts.models import Session, User
from mediadl.accounts.services.audit import audit
from mediadl.accounts.session_rows import read_live_session
from mediadl.api.errors import InvalidTokenError
from mediadl.clock import now

_USER_AGENT_CHARACTERS = 200
_KEPT_AFTER_END = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """Who holds a valid access token, ticket or cookie, and until when it is one.

    ``session`` is None for a personal API token, which has none.
    """

    user: User
    session: Session | None
    expires_at: datetime


def start_session(user: User, kind: str, *, address: str, user_agent: str, lifetime: timedelta) -> Session:
    """Store a new session; long ended ones are removed by the way."""
    moment = now()
    Session.objects.filter(expires_at__lt=moment - _KEPT_AFTER_END).delete()
    return Session.objects.create(
        user=user,
        kind=kind,
        created_at=moment,
        expires_at=moment + lifetime,
        address=address or None,
        user_agent=user_agent[:_USER_AGENT_CHARACTERS],
    )


def roles_of_live_sessions(session_ids: Collection[UUID | str]) -> dict[str, str]:
    """The role of the user of each of these sessions that is still live: what open sockets ask."""
    rows = Session.objects.filter(
        pk__in=session_ids, revoked_at=None, expires_at__gt=now(), user__is_active=True
    ).values_list("pk", "user__role")
    return {str(session_id): role for session_id, role in rows}


def verify_access_token(token: str) -> AccessClaims:
    """Who sent this access token.

    Raises:
        InvalidTokenError: it is damaged, expired, of another type, or its session has ended.
    """
    claims = access_tokens.read(token, TokenType.ACCESS)
    session = read_live_session(claims.session_id)
    if session is None or session.user_id != claims.user_id:
        raise InvalidTokenError
    return AccessClaims(session.user, session, min(claims.expires_at, session.expires_at))


def access_token_of(session: Session) -> str:
    """A new access token of a session."""
    return access_tokens.issue(
        TokenType.ACCESS,
        session_id=session.pk,
        user_id=session.user_id,
        lifetime=timedelta(seconds=settings.ACCESS_TOKEN_SECONDS),
    )


def refresh(refresh_token: str) -> str:
    """A new access token for a refresh token.

    Raises:
        InvalidTokenError: the refresh token is no longer, or never was, valid.
    """
    claims = access_tokens.read(refresh_token, TokenType.REFRESH)
    session = read_live_session(claims.session_id)
    if session is None or session.user_id != claims.user_id:
        raise InvalidTokenError
    return access_token_of(session)


def logout(session_id: UUID | str, user: User) -> None:
    """End one session with its tokens and sockets."""
    ended = Session.objects.filter(pk=session_id, user=user, revoked_at=None).update(revoked_at=now())
    if ended:
        audit(user, "auth.logout", user.username)


def revoke_sessions_of(user: User, *, but: UUID | str | None = None) -> int:
    """End all sessions of a user, but for one; the number of ended ones."""
    sessions = Session.objects.filter(user=user, revoked_at=None).filter(~Q(pk=but) if but else Q())
    return sessions.update(revoked_at=now())
