"""POST /auth/password."""

import pytest

from mediadl.accounts.services import create_user
from tests.api.clients import PASSWORD, ApiClient, client_of, error_code

pytestmark = pytest.mark.django_db
NEW = "a much longer new passphrase"


@pytest.fixture
def ada():
    return create_user(username="ada", password=PASSWORD)


def _change(client: ApiClient, current: str = PASSWORD, new: str = NEW):
    return client.post("/auth/password", {"current_password": current, "new_password": new})


def test_changes_the_password_and_ends_every_sign_in(ada):
    client, other = client_of(ada), client_of(ada)
    assert _change(client).status_code == 204
    assert client.get("/auth/me").status_code == 401
    assert other.get("/auth/me").status_code == 401
    assert ApiClient().post("/auth/login", {"username": "ada", "password": NEW}).status_code == 200
    assert ApiClient().post("/auth/login", {"username": "ada", "password": PASSWORD}).status_code == 401


def test_a_wrong_current_password_changes_nothing(ada):
    client = client_of(ada)
    answer = _change(client, current="wrong")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["current_password"]
    assert client.get("/auth/me").status_code == 200


def test_a_weak_new_password_is_refused_with_the_reason(ada):
    answer = _change(client_of(ada), new="12345")
    assert answer.status_code == 422
    assert any("short" in message for message in answer.json()["errors"]["new_password"])


def test_guessing_the_current_password_is_locked_like_a_login(ada):
    client = client_of(ada)
    for _ in range(10):
        assert _change(client, current="wrong").status_code == 422
    assert error_code(_change(client)) == "TOO_MANY_LOGIN_ATTEMPTS"
