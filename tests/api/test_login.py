"""POST /auth/login."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl import clock
from mediadl.accounts.models import AuditEntry, Role, Session
from mediadl.accounts.services import create_user
from tests.api.clients import PASSWORD, ApiClient, error_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return create_user(username="ada", password=PASSWORD, email="ada@example.com", role=Role.ADMIN)


def _login(username: str, password: str, **headers: str):
    return ApiClient().post("/auth/login", {"username": username, "password": password}, **headers)


def test_answers_a_pair_of_tokens_as_the_specification_shows(ada):
    answer = _login("ada", PASSWORD)

    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert list(body) == ["access_token", "refresh_token", "token_type", "expires_in", "user"]
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 900
    assert body["user"] == {"id": ada.pk, "username": "ada", "email": "ada@example.com", "role": "admin"}
    me = ApiClient({"Authorization": f"Bearer {body['access_token']}"}).get("/auth/me")
    assert me.json()["username"] == "ada"


def test_wrong_password_unknown_name_and_inactive_user_look_the_same(ada):
    create_user(username="ina", password=PASSWORD, is_active=False)

    answers = [_login("ada", "wrong"), _login("nobody", PASSWORD), _login("ina", PASSWORD)]

    for answer in answers:
        assert answer.status_code == 401
        assert error_code(answer) == "INVALID_CREDENTIALS"
        assert answer.json()["detail"] == "Incorrect username or password"
    assert Session.objects.count() == 0


def test_hashes_for_unknown_names_too(ada, monkeypatch):
    from mediadl.accounts.passwords import ModestArgon2Hasher

    hashed = []
    original = ModestArgon2Hasher.encode
    monkeypatch.setattr(ModestArgon2Hasher, "encode", lambda self, *args: hashed.append(1) or original(self, *args))
    _login("nobody", "wrong")
    assert hashed == [1]


def test_sets_last_login_and_writes_the_trail(ada):
    assert ada.last_login is None
    _login("ada", PASSWORD)
    ada.refresh_from_db()
    assert ada.last_login is not None
    assert AuditEntry.objects.filter(action="auth.login", user=ada).count() == 1


def test_locks_a_name_and_address_after_ten_failures_before_any_hashing(ada, monkeypatch):
    for _ in range(10):
        assert _login("ada", "wrong").status_code == 401
    monkeypatch.setattr("mediadl.accounts.passwords.is_password_right", lambda *_: pytest.fail("hashed"))

    answer = _login("ADA", PASSWORD)  # the case of the name does not give ten more

    assert answer.status_code == 429
    assert error_code(answer) == "TOO_MANY_LOGIN_ATTEMPTS"
    assert 0 < int(answer["Retry-After"]) <= 900


def test_the_lock_ends_after_fifteen_minutes(ada):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.clock_set_to(lambda: start):
        for _ in range(10):
            _login("ada", "wrong")
        assert _login("ada", PASSWORD).status_code == 429
    with clock.clock_set_to(lambda: start + timedelta(minutes=15, seconds=1)):
        assert _login("ada", PASSWORD).status_code == 200


def test_a_success_forgets_the_failures(ada):
    for _ in range(9):
        _login("ada", "wrong")
    assert _login("ada", PASSWORD).status_code == 200
    assert _login("ada", "wrong").status_code == 401
    assert _login("ada", PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "ada"},
        {"username": "ada", "password": 5},
        {"username": ["ada"], "password": PASSWORD},
        {"username": "ada", "password": PASSWORD, "role": "admin"},
        {"username": "ada", "password": "x" * 2000},
        [],
    ],
)
def test_refuses_bodies_that_are_not_a_name_and_a_password(ada, body):
    answer = ApiClient().post("/auth/login", body)
    assert answer.status_code == 422
    assert error_code(answer) == "VALIDATION_ERROR"
    assert answer.json()["errors"]


def test_a_bad_authorization_header_does_not_hinder(ada):
    answer = ApiClient({"Authorization": "Bearer rubbish"}).post(
        "/auth/login", {"username": "ada", "password": PASSWORD}
    )
    assert answer.status_code == 200
