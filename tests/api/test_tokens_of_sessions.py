"""Access and refresh tokens: what they open, and when they no longer do."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from django.conf import settings

from mediadl import clock
from mediadl.accounts import access_tokens
from mediadl.accounts.access_tokens import TokenType
from mediadl.accounts.models import Role, Session
from mediadl.accounts.services import create_user, refresh, revoke_sessions_of, update_user
from mediadl.accounts.services.sessions import access_token_of
from tests.api.clients import PASSWORD, ApiClient, client_of, error_code, make_user, session_of

pytestmark = pytest.mark.django_db


def _me(token: str):
    return ApiClient({"Authorization": f"Bearer {token}"}).get("/auth/me")


def _claims(session: Session, **changes: object) -> dict:
    now = int(datetime.now(UTC).timestamp())
    claims = {"token_type": "access", "sub": str(session.user_id), "sid": session.pk.hex, "iat": now, "exp": now + 900}
    return {**claims, **changes}


def _signed(claims: dict, key: str | None = None, algorithm: str = "HS256", headers: dict | None = None) -> str:
    return jwt.encode(claims, settings.JWT_SIGNING_KEY if key is None else key, algorithm=algorithm, headers=headers)


def _part(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_no_token_is_not_authenticated():
    answer = ApiClient().get("/auth/me")
    assert answer.status_code == 401
    assert error_code(answer) == "NOT_AUTHENTICATED"
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "forge",
    [
        lambda _s: "",
        lambda _s: "x",
        lambda _s: "a.b.c",
        lambda _s: "é" * 10,
        lambda _s: "x" * 100_000,
        lambda _s: "mdl_unknown",
        lambda s: _signed(_claims(s), key="another key, long enough for the algorithm"),
        lambda s: _signed(_claims(s), algorithm="HS512"),
        lambda s: _signed(_claims(s), algorithm="HS384"),
        lambda s: jwt.encode(_claims(s), key=None, algorithm="none"),
        lambda s: f"{_part({'alg': 'none'})}.{_part(_claims(s))}.",
        lambda s: f"{_part({'alg': 'HS256'})}.{_part(_claims(s))}.",
        lambda s: access_token_of(s)[:-4] + "AAAA",
        lambda s: access_token_of(s) + "." + "x",
        lambda s: _signed(_claims(s, token_type="refresh")),
        lambda s: _signed(_claims(s, token_type=None)),
        lambda s: _signed({k: v for k, v in _claims(s).items() if k != "exp"}),
        lambda s: _signed({k: v for k, v in _claims(s).items() if k != "sid"}),
        lambda s: _signed(_claims(s, exp="never")),
        lambda s: _signed(_claims(s, exp=10**18)),
        lambda s: _signed(_claims(s, exp=int(datetime.now(UTC).timestamp()) - 1)),
        lambda s: _signed(_claims(s, sid="not-a-uuid")),
        lambda s: _signed(_claims(s, sid=5)),
        lambda s: _signed(_claims(s, sid="0" * 32)),
        lambda s: _signed(_claims(s, sub=str(s.user_id + 1))),
        lambda s: _signed(_claims(s, sub="x")),
        lambda s: access_tokens.issue(
            TokenType.REFRESH, session_id=s.pk, user_id=s.user_id, lifetime=timedelta(days=1)
        ),
    ],
)
def test_forged_damaged_swapped_and_wrong_typed_tokens_are_refused(forge):
    session = session_of(make_user())
    answer = ApiClient({"Authorization": "Bearer " + forge(session)}).get("/auth/me")
    assert answer.status_code == 401
    assert error_code(answer) == "INVALID_TOKEN"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_an_access_token_ends_after_fifteen_minutes():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.clock_set_to(lambda: start):
        token = access_token_of(session_of(make_user()))
    with clock.clock_set_to(lambda: start + timedelta(seconds=899)):
        assert _me(token).status_code == 200
    with clock.clock_set_to(lambda: start + timedelta(seconds=900)):
        assert _me(token).status_code == 401


def test_refresh_gives_a_fresh_access_token_for_thirty_days():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    create_user(username="ada", password=PASSWORD)
    with clock.clock_set_to(lambda: start):
        pair = ApiClient().post("/auth/login", {"username": "ada", "password": PASSWORD}).json()
    with clock.clock_set_to(lambda: start + timedelta(days=29)):
        answer = ApiClient().post("/auth/refresh", {"refresh_token": pair["refresh_token"]})
        assert answer.status_code == 200
        assert list(answer.json()) == ["access_token", "token_type", "expires_in"]
        assert _me(answer.json()["access_token"]).status_code == 200
    with clock.clock_set_to(lambda: start + timedelta(days=30)):
        late = ApiClient().post("/auth/refresh", {"refresh_token": pair["refresh_token"]})
        assert late.status_code == 401
        assert error_code(late) == "INVALID_TOKEN"


def test_an_access_token_does_not_refresh():
    token = access_token_of(session_of(make_user()))
    answer = ApiClient().post("/auth/refresh", {"refresh_token": token})
    assert error_code(answer) == "INVALID_TOKEN"


def test_logout_ends_access_and_refresh_tokens_of_this_sign_in_only():
    user = make_user()
    mine, other = session_of(user), session_of(user)
    refresh_token = access_tokens.issue(
        TokenType.REFRESH, session_id=mine.pk, user_id=user.pk, lifetime=timedelta(days=1)
    )
    client = ApiClient({"Authorization": f"Bearer {access_token_of(mine)}"})

    assert client.post("/auth/logout").status_code == 204

    assert error_code(client.get("/auth/me")) == "INVALID_TOKEN"
    assert ApiClient().post("/auth/refresh", {"refresh_token": refresh_token}).status_code == 401
    assert _me(access_token_of(other)).status_code == 200


def test_deactivation_ends_tokens_at_once():
    admin, user = make_user(Role.ADMIN), make_user()
    client = client_of(user)
    update_user(user.pk, {"is_active": False}, by=admin)
    assert error_code(client.get("/auth/me")) == "INVALID_TOKEN"


def test_a_changed_role_counts_at_once():
    user = make_user(Role.ADMIN)
    make_user(Role.ADMIN)
    client = client_of(user)
    assert client.get("/users").status_code == 200
    update_user(user.pk, {"role": "viewer"})
    assert error_code(client.get("/users")) == "PERMISSION_DENIED"


def test_one_query_authenticates(django_assert_num_queries):
    client = client_of(make_user())
    client.get("/auth/me")
    with django_assert_num_queries(1):
        client.get("/auth/me")


def test_revoking_all_sessions_ends_refreshing():
    from mediadl.api.errors import InvalidTokenError

    user = make_user()
    session = session_of(user)
    token = access_tokens.issue(TokenType.REFRESH, session_id=session.pk, user_id=user.pk, lifetime=timedelta(days=1))
    assert refresh(token)
    revoke_sessions_of(user)
    with pytest.raises(InvalidTokenError):
        refresh(token)
