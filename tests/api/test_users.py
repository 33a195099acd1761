"""/users: for admins."""

import pytest

from mediadl.accounts.models import Role, User
from tests.api.clients import PASSWORD, ApiClient, client_as, client_of, error_code, make_user

pytestmark = pytest.mark.django_db


def test_makes_reads_changes_and_removes_a_user():
    admin = client_as(Role.ADMIN)
    made = admin.post("/users", {"username": "eve", "email": "eve@example.com", "role": "user", "password": PASSWORD})
    assert made.status_code == 201
    body = made.json()
    assert set(body) == {"id", "username", "email", "role", "created_at", "last_login", "is_active"}
    assert (body["role"], body["is_active"], body["last_login"]) == ("user", True, None)
    assert admin.get(f"/users/{body['id']}").json() == body
    changed = admin.patch(f"/users/{body['id']}", {"role": "viewer", "email": ""})
    assert (changed.json()["role"], changed.json()["email"]) == ("viewer", "")
    assert ApiClient().post("/auth/login", {"username": "eve", "password": PASSWORD}).status_code == 200
    assert admin.delete(f"/users/{body['id']}").status_code == 204
    assert error_code(admin.get(f"/users/{body['id']}")) == "NOT_FOUND"


def test_lists_pages_by_name():
    admin = client_of(make_user(Role.ADMIN, username="a"))
    for name in ("b", "c"):
        make_user(username=name)
    page = admin.get("/users?per_page=2")
    assert [row["username"] for row in page.json()["items"]] == ["a", "b"]
    assert page["X-Total-Count"] == "3"
    assert page["X-Total-Pages"] == "2"


def test_a_name_is_taken_in_any_case():
    admin = client_as(Role.ADMIN)
    other = make_user(username="Eve")
    answer = admin.post("/users", {"username": "eve", "password": PASSWORD})
    assert answer.status_code == 409
    assert error_code(answer) == "DUPLICATE"
    assert answer.json()["existing_id"] == other.pk
    assert admin.patch(f"/users/{other.pk}", {"username": "eVe"}).status_code == 200


@pytest.mark.parametrize("change", [{"role": "user"}, {"is_active": False}])
def test_the_last_active_admin_cannot_step_down(change):
    admin = client_as(Role.ADMIN)
    make_user(Role.ADMIN, is_active=False)
    answer = admin.patch(f"/users/{admin.user.pk}", change)
    assert answer.status_code == 409
    assert User.objects.get(pk=admin.user.pk).is_admin


def test_the_last_active_admin_cannot_be_removed_but_one_of_two_can():
    admin = client_as(Role.ADMIN)
    assert admin.delete(f"/users/{admin.user.pk}").status_code == 409
    second = make_user(Role.ADMIN)
    assert admin.delete(f"/users/{second.pk}").status_code == 204
    assert admin.delete(f"/users/{admin.user.pk}").status_code == 409


def test_a_new_password_from_an_admin_ends_the_users_sign_ins():
    admin, user = client_as(Role.ADMIN), make_user()
    client = client_of(user)
    assert admin.patch(f"/users/{user.pk}", {"password": PASSWORD}).status_code == 200
    assert client.get("/auth/me").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"username": "eve"},
        {"username": "eve", "password": "123"},
        {"username": "e v e", "password": PASSWORD},
        {"username": "x" * 151, "password": PASSWORD},
        {"username": "eve", "password": PASSWORD, "email": "nowhere"},
        {"username": "eve", "password": PASSWORD, "role": "root"},
        {"username": "eve", "password": PASSWORD, "is_active": "yes"},
        {"username": "eve", "password": PASSWORD, "id": 7},
        {"username": "eve", "password": PASSWORD, "is_superuser": True},
    ],
)
def test_refuses_bad_users(body):
    answer = client_as(Role.ADMIN).post("/users", body)
    assert answer.status_code == 422
    assert User.objects.filter(username="eve").count() == 0


def test_password_is_never_in_an_answer():
    admin = client_as(Role.ADMIN)
    assert b"password" not in admin.get("/users").content
