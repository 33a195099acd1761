"""Which role opens which page, and what the others are told."""

import json

import pytest

from mediadl.accounts.models import Role
from queue_app.models import QueueCount
from queue_app.states import Status
from tests.unit.ui.rows import HTMX, browser_as, make_item

pytestmark = pytest.mark.django_db

PAGES = ["/", "/history", "/history?view=table", "/history/known", "/queue", "/scheduler", "/platforms", "/account"]
ADMIN_PAGES = ["/settings", "/settings/removals", "/settings/channels", "/settings/users", "/logs"]
PARTS = ["/part/nav", "/part/running", "/part/figures", "/part/newest", "/part/chart?chart=week", "/queue/list"]
CHANGES = [  # path, the lowest role
    ("/links/recognise", Role.USER),
    ("/links/start", Role.USER),
    ("/history/bulk", Role.USER),
    ("/queue/bulk", Role.USER),
    ("/queue/pause-all", Role.USER),
    ("/queue/clear", Role.USER),
    ("/queue/import", Role.USER),
    ("/platforms/web/start", Role.USER),
    ("/platforms/web/switch", Role.ADMIN),
    ("/platforms/follow", Role.ADMIN),
    ("/platforms/extractors/update", Role.ADMIN),
    ("/platforms/watch", Role.ADMIN),
    ("/scheduler/new", Role.ADMIN),
    ("/logs/clear", Role.ADMIN),
]
ORDER = ["anonymous", Role.VIEWER, Role.USER, Role.ADMIN]


@pytest.mark.parametrize("path", PAGES + PARTS)
def test_everybody_who_is_signed_in_may_look(path):
    for role in (Role.VIEWER, Role.ADMIN):
        assert browser_as(role).get(path).status_code == 200


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_pages_for_admins_say_so_to_others(path):
    assert browser_as(Role.ADMIN).get(path).status_code == 200
    answer = browser_as(Role.USER).get(path)
    assert answer.status_code == 403
    assert b"not for your role" in answer.content


@pytest.mark.parametrize(("path", "lowest"), CHANGES)
def test_changes_need_their_role(path, lowest):
    for role in ORDER[1:]:
        answer = browser_as(role).post(path)
        allowed = ORDER.index(role) >= ORDER.index(lowest)
        assert (answer.status_code == 403) is not allowed, (role, answer.status_code)
        assert answer.status_code < 500


@pytest.mark.parametrize("path", PAGES + ADMIN_PAGES)
def test_a_stranger_is_led_to_the_login_and_back(path):
    answer = browser_as("anonymous").get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=")


def test_a_part_sends_a_stranger_there_as_a_whole_page():
    answer = browser_as("anonymous").get("/part/running", headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/login"
    assert answer.content == b""


def test_a_change_by_get_is_refused():
    item = make_item()
    assert browser_as().get(f"/queue/{item.pk}/cancel").status_code == 405


def test_pages_are_not_kept_by_caches():
    assert "no-store" in browser_as().get("/").headers["Cache-Control"]


def test_an_unknown_page_has_a_way_back():
    answer = browser_as().get("/no-such-page")
    assert answer.status_code == 404
    assert b"There is no such page" in answer.content


def test_the_entries_come_with_the_counts_that_stand_elsewhere():
    QueueCount.objects.create(platform="web", status=Status.DOWNLOADING.value, n=1)
    counts = json.loads(browser_as(Role.VIEWER).get("/part/nav", headers=HTMX).headers["HX-Trigger"])["shell-counts"]
    assert counts == {"running": 1, "storage": "0 B"}
