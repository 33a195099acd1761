"""Socket tickets: a single-use right to open one socket, safe to stand in a URL."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from mediadl.accounts.models import SocketTicket, User
from mediadl.accounts.services.sessions import AccessClaims
from mediadl.accounts.session_rows import read_live_session
from mediadl.api.errors import InvalidTokenError
from mediadl.clock import now

TICKET_SECONDS = 60
_TICKET_BYTES = 32
# A socket of a personal token has no session that ends it; it is asked to come back after this.
_SOCKET_WITHOUT_SESSION = timedelta(hours=1)


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).hexdigest()


def create_ws_ticket(user: User, session_id: UUID | str | None) -> str:
    """A ticket of this user and session; it is good for one socket within a minute."""
    ticket, moment = secrets.token_urlsafe(_TICKET_BYTES), now()
    with transaction.atomic():
        SocketTicket.objects.filter(expires_at__lte=moment).delete()
        SocketTicket.objects.create(
            ticket_hash=_hash(ticket),
            user=user,
            session_id=session_id,
            expires_at=moment + timedelta(seconds=TICKET_SECONDS),
        )
    return ticket


def use_ws_ticket(ticket: str) -> AccessClaims:
    """Use up a ticket.

    Raises:
        InvalidTokenError: unknown, used, expired, or its session or user has ended.
    """
    with transaction.atomic():
        row = SocketTicket.objects.select_related("user").filter(pk=_hash(ticket)).first()
        if row is None or not SocketTicket.objects.filter(pk=row.pk).delete()[0]:
            raise InvalidTokenError("The ticket is unknown or was used; ask for a new one.")
    if row.expires_at <= now() or not row.user.is_active:
        raise InvalidTokenError("The ticket has expired; ask for a new one.")
    if row.session_id is None:
        return AccessClaims(row.user, None, now() + _SOCKET_WITHOUT_SESSION)
    session = read_live_session(row.session_id)
    if session is None:
        raise InvalidTokenError
    return AccessClaims(session.user, session, session.expires_at)
