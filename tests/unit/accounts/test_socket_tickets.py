"""Socket tickets: single use, a minute, bound to their session."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl import clock
from mediadl.accounts.models import SocketTicket
from mediadl.accounts.services import create_ws_ticket, logout, roles_of_live_sessions, use_ws_ticket
from mediadl.api.errors import InvalidTokenError
from tests.api.clients import client_as, make_user, session_of

pytestmark = pytest.mark.django_db


def test_a_ticket_opens_one_socket():
    user = make_user()
    session = session_of(user)
    ticket = create_ws_ticket(user, session.pk)
    claims = use_ws_ticket(ticket)
    assert (claims.user, claims.session) == (user, session)
    with pytest.raises(InvalidTokenError):
        use_ws_ticket(ticket)


def test_a_ticket_ends_after_a_minute_and_is_trimmed():
    user, start = make_user(), datetime(2026, 1, 1, tzinfo=UTC)
    with clock.clock_set_to(lambda: start):
        ticket = create_ws_ticket(user, None)
    with clock.clock_set_to(lambda: start + timedelta(seconds=60)):
        with pytest.raises(InvalidTokenError):
            use_ws_ticket(ticket)
        create_ws_ticket(user, None)
    assert SocketTicket.objects.count() == 1


def test_a_ticket_ends_with_its_session_and_its_user():
    user = make_user()
    session = session_of(user)
    ticket, other = create_ws_ticket(user, session.pk), create_ws_ticket(user, None)
    logout(session.pk, user)
    with pytest.raises(InvalidTokenError):
        use_ws_ticket(ticket)
    user.is_active = False
    user.save()
    with pytest.raises(InvalidTokenError):
        use_ws_ticket(other)


def test_it_is_stored_as_a_hash():
    ticket = create_ws_ticket(make_user(), None)
    assert ticket not in str(list(SocketTicket.objects.values()))


def test_the_endpoint_gives_one():
    answer = client_as("viewer").post("/auth/ws-ticket")
    assert answer.json()["expires_in"] == 60
    assert use_ws_ticket(answer.json()["ticket"]).user.role == "viewer"


def test_open_sockets_learn_of_ended_sessions_and_changed_roles():
    user = make_user("admin")
    live, ended = session_of(user), session_of(user)
    logout(ended.pk, user)
    assert roles_of_live_sessions([live.pk, ended.pk]) == {str(live.pk): "admin"}
    user.role = "viewer"
    user.save()
    assert roles_of_live_sessions([live.pk]) == {str(live.pk): "viewer"}
