"""Who opens a socket, and whether they still may."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model

from mediadl import clock
from mediadl.accounts.services import (
    AccessClaims,
    claims_of_cookie,
    roles_of_live_sessions,
    use_ws_ticket,
    verify_access_token,
)
from mediadl.api.errors import InvalidTokenError
from mediadl.api.hosts import is_allowed_host
from mediadl.api.roles import Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who holds a socket.

    Attributes:
        user_id: whose socket it is.
        role: the role it was opened with; another one closes it.
        session_id: the session that must stay live; empty for a personal token's ticket.
        expires_at: when the right ends by itself.
    """

    user_id: int
    role: str
    session_id: str
    expires_at: datetime

    @property
    def is_admin(self) -> bool:
        """Whether log events are for them."""
        return self.role == Role.ADMIN


def viewer_of(scope: Mapping[str, Any]) -> Viewer | None:
    """Who opens this socket: by ``token``, by ``ticket``, or by the web interface's cookie.

    A cookie counts only from a page of our own (``Origin``): browsers send it for any page. None
    where nobody can be told, or the host name is not ours.
    """
    headers = {name: value.decode("latin1") for name, value in scope["headers"]}
    if not is_allowed_host(headers.get(b"host", "")):
        return None
    query = parse_qs(scope.get("query_string", b"").decode("latin1"))
    try:
        if "token" in query:
            claims: AccessClaims | None = verify_access_token(query["token"][-1])
        elif "ticket" in query:
            claims = use_ws_ticket(query["ticket"][-1])
        elif is_same_origin(headers.get(b"origin", ""), headers.get(b"host", ""), scope.get("scheme", "ws")):
            claims = claims_of_cookie(_session_key(headers.get(b"cookie", "")))
        else:
            return None
    except InvalidTokenError:
        return None
    if claims is None:
        return None
    session_id = str(claims.session.pk) if claims.session else ""
    return Viewer(claims.user.pk, claims.user.role, session_id, claims.expires_at)


def is_same_origin(origin: str, host: str, scheme: str) -> bool:
    """Whether a page of ``origin`` is one that this server sent from ``host``."""
    secure = scheme in {"wss", "https"}
    try:
        parts = urlsplit(origin)
        served = urlsplit(f"//{host}")
        default = 443 if secure else 80
        return (
            parts.scheme == ("https" if secure else "http")
            and bool(parts.hostname)
            and parts.hostname == served.hostname
            and (parts.port or default) == (served.port or default)
        )
    except ValueError:
        return False


def lost_rights(viewers: Collection[Viewer]) -> set[Viewer]:
    """Those whose socket must be closed: expired, signed out, switched off, or with another role now."""
    now = clock.now()
    expired = {viewer for viewer in viewers if viewer.expires_at <= now}
    rest = set(viewers) - expired
    sessions = {viewer.session_id for viewer in rest if viewer.session_id}
    roles = roles_of_live_sessions(sessions) if sessions else {}
    users = {viewer.user_id for viewer in rest if not viewer.session_id}
    roles_of_users: dict[int, str] = (
        dict(get_user_model().objects.filter(pk__in=users, is_active=True).values_list("pk", "role")) if users else {}
    )
    return expired | {
        viewer
        for viewer in rest
        if viewer.role != (roles.get(viewer.session_id) if viewer.session_id else roles_of_users.get(viewer.user_id))
    }


def _session_key(cookie_header: str) -> str:
    try:
        morsel = SimpleCookie(cookie_header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
