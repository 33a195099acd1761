"""The pages around notifications and removals: one's own choice, tests of the channels, what would go."""

import json

import pytest

from downloads.cleanup import preview_cleanup
from mediadl.accounts.models import Role
from mediadl.configuration.services import change
from mediadl.notifications.kinds import Kind
from mediadl.notifications.models import ChannelState, Choice
from tests.api.clients import client_of, make_user
from tests.unit.downloads.library import add_downloads
from tests.unit.notifications.servers import Hook, hook_server
from tests.unit.ui.rows import HTMX, browser_as

pytestmark = pytest.mark.django_db(transaction=True)


def test_everybody_chooses_what_pages_and_mails_tell():
    browser = browser_as(Role.VIEWER)
    before = browser.get("/account").content.decode()
    assert before.count('name="browser_events"') == before.count('name="email_events"') == len(Kind)
    browser.post("/account/notifications", {"browser_events": ["disk", "failure"], "email_events": ["disk"]})
    choice = Choice.objects.get()
    assert (choice.browser_events, choice.email_events) == (["failure", "disk"], ["disk"])
    assert 'data-notices="failure disk"' in browser.get("/account").content.decode()


def test_the_settings_show_the_last_error_and_test_each_channel():
    browser, hook = browser_as(Role.ADMIN), Hook()
    with hook_server(hook) as url:
        change({"notifications": {"webhooks": {"urls": [url]}}}, user=None)
        answer = browser.post("/settings/channels/webhook/test", headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["title"] == "The test was sent"
    assert len(hook.posts) == 1
    assert b"Nothing was sent yet" in browser.get("/settings/channels").content
    refused = browser.post("/settings/channels/email/test", headers=HTMX)
    assert refused.status_code == 422
    assert b"smtp_host" not in refused.content
    assert browser.post("/settings/channels/pigeon/test", headers=HTMX).status_code == 404


def test_why_a_test_failed_stays_on_the_page_until_one_gets_through():
    browser, hook = browser_as(Role.ADMIN), Hook()
    test, listed = "/settings/channels/webhook/test", "/settings/channels"
    with hook_server(hook) as url:
        change({"notifications": {"webhooks": {"urls": [url]}}}, user=None)
    failed = browser.post(test, headers=HTMX)  # nobody listens there any more
    assert failed.status_code == 503
    assert "refresh-channels" in json.loads(failed.headers["HX-Trigger"])
    words = browser.get(listed).content.decode()
    assert "Last test failed" in words
    assert "could not be reached" in words
    assert "works" not in words
    change({"notifications": {"webhooks": {"urls": []}}}, user=None)
    assert "could not be reached" not in browser.get(listed).content.decode()
    with hook_server(hook) as url:
        change({"notifications": {"webhooks": {"urls": [url]}}}, user=None)
        ChannelState.objects.update(target=url)
        assert "Last test failed" in browser.get(listed).content.decode()
        browser.post(test, headers=HTMX)
    assert b"Nothing was sent yet" in browser.get(listed).content


def test_what_would_be_removed_is_shown_before_it_is_saved(tmp_path):
    downloads = add_downloads(5, root=tmp_path, file_size=1024**3, kept=lambda number: number == 0)
    (tmp_path / "something").touch()
    ask = {"general.auto_cleanup_days": "1", "general.storage_limit_gb": "3"}
    admin = make_user(Role.ADMIN)
    browser = browser_as(user=admin)
    page = browser.get("/settings/removals", {**ask, "general.storage_limit_action": "remove_oldest"})
    words = page.content.decode()
    assert "2 files" in words  # down to the limit
    assert "nothing is removed" in browser.get("/settings/removals", ask).content.decode()

    shown = client_of(admin).get("/downloads/removals?auto_cleanup_days=1&storage_limit_gb=3").json()
    assert shown["limit"] == {
        "files": 2,
        "bytes": 2 * 1024**3,
        "oldest": shown["limit"]["oldest"],
        "first_ids": [downloads[1].pk, downloads[2].pk],
    }
    assert shown["cleanup"]["files"] == preview_cleanup(1).files
    assert shown["limit_removes"] is False
    assert client_of(admin).get("/downloads/removals").json()["limit"]["files"] == 0
