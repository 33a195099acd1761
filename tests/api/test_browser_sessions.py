"""The web interface's cookie: CSRF, revocation, sign-out."""

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.test import Client, RequestFactory

from mediadl.accounts.models import Session
from mediadl.accounts.services import (
    claims_of_cookie,
    create_user,
    revoke_sessions_of,
    sign_in_browser,
    sign_out_browser,
)
from mediadl.api.errors import InvalidCredentialsError
from tests.api.clients import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return create_user(username="ada", password=PASSWORD)


@pytest.fixture
def browser(ada):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    assert browser.get("/api/v1/auth/me").status_code == 200
    return browser


def _request(path: str = "/login"):
    request = RequestFactory().post(path)
    SessionMiddleware(lambda _request: None).process_request(request)
    return request


def _csrf(browser: Client) -> dict[str, str]:
    browser.get("/api/v1/docs")  # a page that carries the token sets the cookie
    return {"X-CSRFToken": browser.cookies["csrftoken"].value}


def test_signing_in_starts_a_bound_session(ada):
    request = _request()
    assert sign_in_browser(request, "ada", PASSWORD) == ada
    row = Session.objects.get()
    assert (row.user, row.kind) == (ada, "cookie")
    request.session.save()
    claims = claims_of_cookie(request.session.session_key)
    assert claims is not None
    assert claims.user == ada


def test_a_wrong_password_signs_nobody_in(ada):
    with pytest.raises(InvalidCredentialsError):
        sign_in_browser(_request(), "ada", "wrong")
    assert Session.objects.count() == 0


def test_signing_out_ends_the_row(ada):
    request = _request()
    sign_in_browser(request, "ada", PASSWORD)
    request.session.save()
    key = request.session.session_key
    sign_out_browser(request)
    assert Session.objects.get().revoked_at is not None
    assert claims_of_cookie(key) is None


def test_reading_needs_no_csrf_token_but_changing_does(browser):
    refused = browser.post("/api/v1/auth/ws-ticket", content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["error_code"] == "PERMISSION_DENIED"
    allowed = browser.post("/api/v1/auth/ws-ticket", content_type="application/json", headers=_csrf(browser))
    assert allowed.status_code == 200


def test_a_revoked_session_is_signed_out_at_once(browser, ada):
    revoke_sessions_of(ada)
    assert browser.get("/api/v1/auth/me").status_code == 401


def test_deactivation_signs_out(browser, ada):
    ada.is_active = False
    ada.save()
    assert browser.get("/api/v1/auth/me").status_code == 401


def test_a_password_changed_elsewhere_signs_out(browser, ada):
    ada.set_password("another long passphrase")
    ada.save()
    assert browser.get("/api/v1/auth/me").status_code == 401


def test_logout_through_the_api_ends_the_browsers_session(browser):
    answer = browser.post("/api/v1/auth/logout", content_type="application/json", headers=_csrf(browser))
    assert answer.status_code == 204
    assert browser.get("/api/v1/auth/me").status_code == 401


def test_changing_the_password_keeps_this_browser_signed_in(browser, ada):
    other = Client()
    other.force_login(ada)
    other.get("/api/v1/auth/me")
    answer = browser.post(
        "/api/v1/auth/password",
        {"current_password": PASSWORD, "new_password": "another long passphrase"},
        content_type="application/json",
        headers=_csrf(browser),
    )
    assert answer.status_code == 204
    assert browser.get("/api/v1/auth/me").status_code == 200
    assert other.get("/api/v1/auth/me").status_code == 401


def test_two_queries_authenticate_a_cookie(browser, django_assert_num_queries):
    with django_assert_num_queries(2):
        browser.get("/api/v1/auth/me")
