"""The Django admin: who gets in, and that it keeps the rules of the services."""

import pytest
from django.test import Client

from mediadl.accounts.models import AuditEntry, Role, Session, User
from mediadl.accounts.services import create_user
from tests.api.clients import PASSWORD, make_user, session_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_browser():
    browser = Client()
    browser.force_login(make_user(Role.ADMIN, username="root"))
    return browser


def test_strangers_are_sent_to_the_one_login_page(client):
    answer = client.get("/admin/accounts/user/")
    answer = client.get(answer["Location"])
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login?next=/admin/")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.USER])
def test_other_roles_do_not_get_in(role):
    browser = Client()
    browser.force_login(make_user(role))
    assert browser.get("/admin/login/").status_code == 403


@pytest.mark.parametrize("model", ["user", "session", "apitoken", "auditentry"])
def test_admins_see_every_model(admin_browser, model):
    session_of(make_user())
    answer = admin_browser.get(f"/admin/accounts/{model}/?q=user")
    assert answer.status_code == 200


def test_a_user_is_made_with_a_password_that_works(admin_browser):
    fields = {"username": "eve", "email": "", "role": "user", "is_active": "on", "new_password": PASSWORD}
    assert admin_browser.post("/admin/accounts/user/add/", fields).status_code == 302
    eve = User.objects.get(username="eve")
    assert eve.check_password(PASSWORD)
    assert AuditEntry.objects.filter(action="user.create", target="eve", username="root").exists()


def test_a_weak_password_is_shown_beside_the_form(admin_browser):
    fields = {"username": "eve", "email": "", "role": "user", "is_active": "on", "new_password": "1"}
    answer = admin_browser.post("/admin/accounts/user/add/", fields)
    assert b"too short" in answer.content
    assert not User.objects.filter(username="eve").exists()


def test_the_last_admin_can_be_neither_demoted_nor_removed(admin_browser):
    root = User.objects.get(username="root")
    fields = {"username": "root", "email": "", "role": "viewer", "is_active": "on", "new_password": ""}
    answer = admin_browser.post(f"/admin/accounts/user/{root.pk}/change/", fields)
    assert b"last active admin" in answer.content
    admin_browser.post(f"/admin/accounts/user/{root.pk}/delete/", {"post": "yes"})
    assert User.objects.get(username="root").is_admin


def test_a_change_keeps_the_password(admin_browser):
    eve = create_user(username="eve", password=PASSWORD)
    fields = {"username": "eve", "email": "e@example.com", "role": "user", "is_active": "on", "new_password": ""}
    assert admin_browser.post(f"/admin/accounts/user/{eve.pk}/change/", fields).status_code == 302
    eve.refresh_from_db()
    assert (eve.role, eve.email, eve.check_password(PASSWORD)) == ("user", "e@example.com", True)


def test_sessions_can_be_revoked(admin_browser):
    session = session_of(make_user())
    fields = {"action": "revoke", "_selected_action": [str(session.pk)]}
    assert admin_browser.post("/admin/accounts/session/", fields).status_code == 302
    assert Session.objects.get(pk=session.pk).revoked_at is not None


def test_the_trail_cannot_be_changed(admin_browser):
    entry = AuditEntry.objects.create(at=session_of(make_user()).created_at, action="x")
    assert admin_browser.post(f"/admin/accounts/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_browser.get("/admin/accounts/auditentry/add/").status_code == 403


def test_signing_out_ends_the_row(admin_browser):
    admin_browser.get("/admin/")
    admin_browser.post("/admin/logout/")
    assert Session.objects.get(user__username="root").revoked_at is not None
