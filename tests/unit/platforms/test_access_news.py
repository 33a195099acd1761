"""People hear of cookies that end soon, or that the site refuses: once, until there are new ones."""

from datetime import timedelta

import pytest
from django.db import transaction

from mediadl import clock
from mediadl.configuration.services import change
from mediadl.media import FailureKind, MediaError
from mediadl.notifications.models import Message
from platforms import access_services
from platforms.access_news import refused_cookies_note, tell_expiring_cookies
from platforms.models import StoredAccess
from scheduler import maintenance_jobs
from tests.unit.platforms.test_cookie_upload import line

pytestmark = pytest.mark.django_db
WALL = MediaError(FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", "The site asks for a login.")
REELS = "https://www.instagram.com/ann/"


@pytest.fixture(autouse=True)
def _someone_listens():
    change({"notifications": {"webhooks": {"urls": ["https://hooks.example/"]}}}, user=None)


def upload(days: float, site: str = "instagram") -> None:
    domain = ".instagram.com" if site == "instagram" else site
    expires = int((clock.now() + timedelta(days=days)).timestamp())
    access_services.store_cookies(site, line("sessionid", domain=domain, expires=expires), user=None)


def told() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("id").values_list("kind", "message"))


def test_cookies_that_end_soon_are_told_of_once_for_each_end():
    upload(3)
    upload(30, "forum.example")
    for _ in range(3):
        tell_expiring_cookies()
    ((kind, words),) = told()
    assert kind == "needs_person"
    assert words.startswith("The cookies of Instagram expire on ")
    upload(2)
    assert [tell_expiring_cookies() for _ in range(2)] == [1, 0]
    upload(60)
    assert tell_expiring_cookies() == 0


def test_an_end_that_was_told_of_is_not_told_again_when_it_has_come():
    upload(3)
    assert tell_expiring_cookies() == 1
    later = clock.now() + timedelta(days=4)
    with clock.clock_set_to(lambda: later):
        assert tell_expiring_cookies() == 0


def test_an_end_that_nobody_was_told_of_before_it_came_is_told():
    upload(30)
    later = clock.now() + timedelta(days=31)
    with clock.clock_set_to(lambda: later):
        assert tell_expiring_cookies() == 1
    assert "expired on" in told()[0][1]


def test_maintenance_looks_after_it(monkeypatch):
    registered = []
    monkeypatch.setattr(maintenance_jobs, "register_maintenance", lambda *jobs: registered.extend(jobs))
    maintenance_jobs.register_jobs()
    upload(1)
    (job,) = [one for one in registered if one.name == "cookies"]
    job.step("")
    assert len(told()) == 1


def test_a_refusal_is_news_once_for_each_upload():
    def is_news() -> bool:
        with transaction.atomic():
            note = refused_cookies_note("instagram", REELS)
        assert note is not None
        assert "Instagram asks for a login in spite of the uploaded cookies" in note.message
        return not note.pages_only

    upload(30)
    assert [is_news() for _ in range(3)] == [True, False, False]
    upload(40)
    assert [is_news() for _ in range(2)] == [True, False]


def test_without_cookies_a_login_wall_says_what_it_always_said():
    assert refused_cookies_note("instagram", REELS) is None
    access_services.set_connection("instagram", user_agent="Mine/1", user=None)
    assert StoredAccess.objects.exists()
    assert refused_cookies_note("instagram", REELS) is None
