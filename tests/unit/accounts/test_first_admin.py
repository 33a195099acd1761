"""ensure_first_admin: the first start's admin."""

import pytest

from mediadl.accounts.models import Role, User
from mediadl.accounts.services import create_user, ensure_first_admin, update_user
from mediadl.api.errors import InvalidFieldsError

pytestmark = pytest.mark.django_db


def test_a_given_password_is_taken_and_not_shown():
    assert ensure_first_admin(username="root", password="short", email="root@example.com") is None
    root = User.objects.get()
    assert (root.username, root.email, root.role) == ("root", "root@example.com", Role.ADMIN)
    assert root.check_password("short")


def test_without_one_a_password_is_made_and_told_once():
    password = ensure_first_admin(username="admin")
    assert password is not None
    assert len(password) >= 20
    assert User.objects.get().check_password(password)
    assert ensure_first_admin(username="admin") is None


def test_an_installation_with_users_gets_no_other_admin():
    User.objects.create_user("eve")
    assert ensure_first_admin(username="admin", password="x") is None
    assert User.objects.count() == 1


@pytest.mark.parametrize(("field", "value"), [("username", "bad name/x"), ("email", "notmail")])
def test_a_bad_name_or_address_is_refused_as_for_everybody(field: str, value: str):
    with pytest.raises(InvalidFieldsError) as refused:
        ensure_first_admin(**{"username": "root", "password": "a sound password", field: value})
    assert list(refused.value.field_errors) == [field]
    assert not User.objects.exists()


def test_the_service_refuses_an_address_that_is_none_whoever_asks():
    with pytest.raises(InvalidFieldsError):
        create_user(username="eve", password="a sound password", email="notmail")
    eve = create_user(username="eve", password="a sound password")
    with pytest.raises(InvalidFieldsError) as refused:
        update_user(eve.pk, {"email": "notmail"})
    assert list(refused.value.field_errors) == ["email"]
