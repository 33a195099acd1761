"""/auth/tokens: personal tokens for scripts."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl import clock
from mediadl.accounts.models import ApiToken, Role
from mediadl.accounts.services import update_user
from tests.api.clients import ApiClient, client_as, client_of, error_code, make_user

pytestmark = pytest.mark.django_db


def _make(client: ApiClient, scope: str = "full", **fields: object):
    answer = client.post("/auth/tokens", {"name": "backup", "scope": scope, **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()


def _with(token: str) -> ApiClient:
    return ApiClient({"Authorization": f"Bearer {token}"})


def test_a_token_works_is_shown_once_and_stored_as_a_hash():
    client = client_as(Role.USER)
    made = _make(client)
    assert made["token"].startswith("mdl_")
    assert _with(made["token"]).get("/auth/me").json()["username"] == client.user.username
    listed = client.get("/auth/tokens").json()["items"]
    assert [row["name"] for row in listed] == ["backup"]
    assert "token" not in listed[0]
    assert listed[0]["last_used_at"] is not None
    assert made["token"] not in str(list(ApiToken.objects.values()))


def test_a_read_token_only_reads():
    client = client_as(Role.ADMIN)
    token = _with(_make(client, scope="read")["token"])
    assert token.get("/users").status_code == 200
    answer = token.post("/users", {"username": "eve", "password": "a long enough passphrase"})
    assert answer.status_code == 403
    assert error_code(answer) == "PERMISSION_DENIED"


def test_a_token_has_no_more_rights_than_its_user():
    assert _with(_make(client_as(Role.USER))["token"]).get("/users").status_code == 403


def test_a_token_ends_on_its_day():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.clock_set_to(lambda: start):
        token = _make(client_as(), expires_in_days=1)["token"]
        assert _with(token).get("/auth/me").status_code == 200
    with clock.clock_set_to(lambda: start + timedelta(days=1)):
        assert error_code(_with(token).get("/auth/me")) == "INVALID_TOKEN"


def test_a_token_ends_with_its_users_deactivation_and_its_deletion():
    user = make_user()
    first, second = _make(client_of(user)), _make(client_of(user))
    assert client_of(user).delete(f"/auth/tokens/{first['id']}").status_code == 204
    assert _with(first["token"]).get("/auth/me").status_code == 401
    assert _with(second["token"]).get("/auth/me").status_code == 200
    update_user(user.pk, {"is_active": False})
    assert _with(second["token"]).get("/auth/me").status_code == 401


def test_somebody_elses_token_is_not_there():
    made = _make(client_as())
    assert error_code(client_as().delete(f"/auth/tokens/{made['id']}")) == "NOT_FOUND"
    assert ApiToken.objects.count() == 1


def test_a_token_can_neither_make_another_nor_change_the_password():
    token = _with(_make(client_as())["token"])
    assert token.post("/auth/tokens", {"name": "x", "scope": "full"}).status_code == 403
    assert token.post("/auth/password", {"current_password": "x", "new_password": "y"}).status_code == 403
    assert token.post("/auth/logout").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scope": "write"},
        {"name": "", "scope": "read"},
        {"name": "x" * 101, "scope": "read"},
        {"name": "x", "scope": "read", "expires_in_days": 0},
        {"name": "x", "scope": "read", "expires_in_days": "7"},
        {"name": "x", "scope": "read", "token_hash": "x"},
    ],
)
def test_refuses_bad_tokens(body):
    assert client_as().post("/auth/tokens", body).status_code == 422
    assert ApiToken.objects.count() == 0


def test_last_use_is_not_a_write_for_each_request(django_assert_num_queries):
    token = _with(_make(client_as())["token"])
    token.get("/auth/me")
    with django_assert_num_queries(1):
        token.get("/auth/me")


def test_a_names_length_counts_as_it_is_sent():
    client = client_as(Role.USER)
    assert client.post("/auth/tokens", {"name": " " + "x" * 100, "scope": "read"}).status_code == 422
    assert client.post("/auth/tokens", {"name": " " + "x" * 99, "scope": "read"}).status_code == 201
