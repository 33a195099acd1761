"""Who may open a socket, and who may keep it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore

from mediadl import clock
from mediadl.accounts.models import User
from mediadl.accounts.services import create_ws_ticket, logout
from mediadl.events.viewers import Viewer, is_same_origin, lost_rights, viewer_of
from tests.unit.events.conftest import Person

pytestmark = pytest.mark.django_db(transaction=True)


def _scope(query: str = "", **headers: str) -> dict[str, Any]:
    pairs = {"host": "127.0.0.1:8000", **headers}
    return {
        "headers": [(name.encode(), value.encode("latin1")) for name, value in pairs.items()],
        "query_string": query.encode(),
        "scheme": "ws",
    }


def _viewer(person: Person, **fields: Any) -> Viewer:
    known = {
        "user_id": person.user.pk,
        "role": person.user.role,
        "session_id": str(person.session.pk),
        "expires_at": clock.now() + timedelta(minutes=5),
    }
    return Viewer(**{**known, **fields})


def test_an_access_token_opens_a_socket(sign_in: Callable[..., Person]) -> None:
    person = sign_in(role="admin")
    viewer = viewer_of(_scope(f"token={person.token}"))
    assert viewer is not None
    assert (viewer.user_id, viewer.is_admin) == (person.user.pk, True)
    assert viewer.expires_at <= clock.now() + timedelta(minutes=15)


@pytest.mark.parametrize("query", ["", "token=", "token=abc", "ticket=abc", "since=1", "token=a&ticket=b"])
def test_without_a_right_there_is_none(query: str) -> None:
    assert viewer_of(_scope(query)) is None


def test_a_ticket_opens_one_socket(sign_in: Callable[..., Person]) -> None:
    person = sign_in()
    ticket = create_ws_ticket(person.user, person.session.pk)
    assert viewer_of(_scope(f"ticket={ticket}")) is not None
    assert viewer_of(_scope(f"ticket={ticket}")) is None


def test_a_foreign_host_name_opens_nothing(sign_in: Callable[..., Person]) -> None:
    assert viewer_of(_scope(f"token={sign_in().token}", host="evil.example")) is None


def test_the_pages_cookie_counts_from_our_own_pages_only(sign_in: Callable[..., Person]) -> None:
    person = sign_in()
    store = SessionStore()
    store["accounts_session"] = person.session.pk.hex
    store["_auth_user_id"] = str(person.user.pk)
    store["_auth_user_hash"] = person.user.get_session_auth_hash()
    store.save()
    cookie = f"sessionid={store.session_key}"
    own = viewer_of(_scope(cookie=cookie, origin="http://127.0.0.1:8000"))
    assert own is not None
    assert own.user_id == person.user.pk
    assert viewer_of(_scope(cookie=cookie)) is None
    for foreign in ("http://evil.example", "null", "https://127.0.0.1:8000", "http://127.0.0.1:8001", ""):
        assert viewer_of(_scope(cookie=cookie, origin=foreign)) is None


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "same"),
    [
        ("https://media.example", "media.example", "wss", True),
        ("https://media.example:443", "media.example", "wss", True),
        ("http://media.example", "media.example:80", "ws", True),
        ("http://[::1]:8000", "[::1]:8000", "ws", True),
        ("http://media.example", "media.example", "wss", False),
        ("http://media.example.evil.example", "media.example", "ws", False),
        ("http://media.example:bad", "media.example", "ws", False),
        ("", "", "ws", False),
    ],
)
def test_the_same_origin_is_scheme_name_and_port(origin: str, host: str, scheme: str, *, same: bool) -> None:
    assert is_same_origin(origin, host, scheme) is same


def test_nobody_loses_what_they_have(sign_in: Callable[..., Person]) -> None:
    person = sign_in()
    assert lost_rights([_viewer(person), _viewer(person, session_id="")]) == set()


def test_signing_out_ends_the_sessions_sockets_and_no_others(sign_in: Callable[..., Person]) -> None:
    first, second = sign_in(), sign_in()
    logout(first.session.pk, first.user)
    viewers = [_viewer(first), _viewer(second)]
    assert lost_rights(viewers) == {viewers[0]}


@pytest.mark.parametrize("change", [{"role": "admin"}, {"is_active": False}])
def test_another_role_or_an_inactive_user_ends_all(sign_in: Callable[..., Person], change: dict[str, Any]) -> None:
    person = sign_in()
    User.objects.filter(pk=person.user.pk).update(**change)
    viewers = {_viewer(person), _viewer(person, session_id="")}
    assert lost_rights(viewers) == viewers


def test_an_expired_right_ends(sign_in: Callable[..., Person]) -> None:
    viewer = _viewer(sign_in(), expires_at=clock.now() - timedelta(seconds=1))
    assert lost_rights([viewer]) == {viewer}
