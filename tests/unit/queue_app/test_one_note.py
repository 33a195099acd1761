"""One run, one note: also where some files, or the site itself, need a person."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mediadl.configuration.services import change
from mediadl.media import FailureKind, MediaError
from mediadl.notifications.models import Message
from platforms import access_services
from platforms.contract import ListingContext
from tests.fakes.media_server import MediaServer
from tests.unit.platforms.test_cookie_upload import line
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import change_settings, drain, enqueue, fresh, media, picture
from tests.unit.queue_app.draining import answer_status, titles
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def server(folder: Path):
    change({"notifications": {"webhooks": {"urls": ["https://hooks.example/"]}}}, user=None)
    with MediaServer({f"/{n}.jpg": picture(n) for n in range(3)}) as running:
        for n in range(4):
            running.behave(f"/closed{n}.jpg", answer_status(401))
        yield running


def wall_from(number: int) -> Callable[[ListingContext], None]:
    """A step of the fake adapter: from this listing on, the site wants a login before it shows anything."""

    def step(_context: ListingContext) -> None:
        if fake_site.SITE.source().listings >= number:
            raise MediaError(FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", "The site asks for a login.")

    return step


def notes() -> list[tuple[str, str, str]]:
    return list(Message.objects.order_by("id").values_list("kind", "title", "message"))


def test_a_mixed_run_tells_once_what_came_and_what_to_do(site: FakeSite, server: MediaServer) -> None:
    change_settings(general={"concurrent_downloads": 1})  # each file in a transaction of its own, or nearly
    open_ones = [media(f"o{n}", server.url_of(f"/{n}.jpg")) for n in range(3)]
    closed = [media(f"c{n}", server.url_of(f"/closed{n}.jpg")) for n in range(4)]
    gone = media("gone", server.url_of("/missing.jpg"))
    site.lists(wall_from(2), gone, *(one for pair in zip(open_ones, closed, strict=False) for one in pair), closed[3])
    item = enqueue()
    drain()
    assert (fresh(item).status, fresh(item).items_downloaded, fresh(item).items_failed) == ("completed", 3, 5)
    ((kind, title, message),) = notes()
    assert (kind, title) == ("needs_person", "Action Needed")
    assert message.startswith("Downloaded 3 posts from someone; 5 failed. ")
    assert "login" in message.lower()
    assert titles() == ["Action Needed"]


def test_where_every_file_needs_a_person_that_is_the_one_note(site: FakeSite, server: MediaServer) -> None:
    site.lists(wall_from(2), *(media(f"c{n}", server.url_of(f"/closed{n}.jpg")) for n in range(4)))
    item = enqueue()
    drain()
    assert (fresh(item).status, fresh(item).error_code) == ("failed", "LOGIN_REQUIRED")
    assert [(kind, title) for kind, title, _ in notes()] == [("needs_person", "Action Needed")]


def test_cookies_that_the_site_refuses_are_told_of_once_not_for_each_source(
    site: FakeSite, server: MediaServer
) -> None:
    access_services.store_cookies(fake_site.HOST, line("sessionid", domain=fake_site.HOST), user=None)
    for name in ("one", "two", "three"):
        url = f"https://{fake_site.HOST}/{name}"
        site.lists(MediaError(FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", "The site asks for a login."), url=url)
        assert enqueue(url)
    drain()
    assert [(kind, title) for kind, title, _ in notes()] == [("needs_person", "Cookies Need Renewal")]
    assert titles() == ["Cookies Need Renewal"] * 3  # who looks at the page sees the answer to each
