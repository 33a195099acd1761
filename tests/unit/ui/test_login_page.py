"""The login page: refusals, the lock, and where it leads."""

import pytest
from django.test import Client

from mediadl.accounts.models import LoginFailure, Role
from tests.api.clients import make_user
from tests.unit.ui.rows import browser_as

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.fixture
def person():
    return make_user(Role.USER, username="maria", password=PASSWORD)


def _sign_in(browser, password=PASSWORD, **fields: str):
    return browser.post("/login", {"username": "maria", "password": password, **fields})


def test_the_right_password_leads_to_the_dashboard(person):
    browser = browser_as("anonymous")
    answer = _sign_in(browser)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert browser.get("/").status_code == 200


def test_a_wrong_one_says_so_without_saying_which_half(person):
    answer = _sign_in(browser_as("anonymous"), "wrong")
    assert answer.status_code == 401
    assert b"Name or password is not right." in answer.content
    assert b'value="maria"' in answer.content
    assert b"wrong" not in answer.content.replace(b"wrong tries", b"")


def test_a_lock_tells_how_long_it_lasts(person):
    browser = browser_as("anonymous")
    for _ in range(10):
        _sign_in(browser, "wrong")
    answer = _sign_in(browser)
    assert answer.status_code == 429
    assert b"Too many wrong tries" in answer.content
    assert b"min" in answer.content
    assert LoginFailure.objects.count() == 10


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/queue?status=failed", "/queue?status=failed"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_it_leads_only_to_pages_of_our_own(person, wanted, goes_to):
    assert _sign_in(browser_as("anonymous"), next=wanted).headers["Location"] == goes_to


def test_a_form_without_its_token_is_refused(person):
    answer = Client(enforce_csrf_checks=True).post("/login", {"username": "maria", "password": PASSWORD})
    assert answer.status_code == 403
    assert b"too old" in answer.content


def test_signing_out_ends_the_session(person):
    browser = browser_as("anonymous")
    _sign_in(browser)
    assert browser.post("/logout").headers["Location"] == "/login"
    assert browser.get("/").status_code == 302
    assert browser.get("/logout").status_code == 405
