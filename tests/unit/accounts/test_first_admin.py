"""ensure_first_admin: the first start's admin."""

import pytest

from mediadl.accounts.models import Role, User
from mediadl.accounts.services import ensure_first_admin

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
