"""The test button, the channels' state, the browser's switch, and what the settings refuse."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django_q.models import OrmQ

from mediadl.accounts.models import AuditEntry, Role
from mediadl.api.errors import InvalidFieldsError
from mediadl.configuration.services import change
from mediadl.events.models import OutboxEvent
from mediadl.notifications.models import Channel, ChannelState, Message
from mediadl.notifications.services import notify
from mediadl.notifications.tasks import send, wake_sender
from tests.api.clients import client_as, error_code, make_user
from tests.unit.notifications.servers import Hook, Mailbox, hook_server, mail_server
from tests.unit.notifications.test_sending import mail_through, post_to

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])

TEST = "/settings/notifications/test"


def test_the_test_mail_goes_even_before_mails_are_switched_on():
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        mail_through(port, enabled=False)
        answer = client_as(Role.ADMIN).post(TEST)
    assert (answer.status_code, answer.json()) == (200, {"sent": True, "channel": "email"})
    assert mailbox.mails[0]["Subject"] == "mediadl: test"
    assert AuditEntry.objects.filter(action="notifications.test").exists()


def test_without_a_mail_server_the_first_webhook_is_tested():
    hook = Hook()
    with hook_server(hook) as url:
        post_to(url)
        assert client_as(Role.ADMIN).post(TEST).json() == {"sent": True, "channel": "webhook"}
    assert json.loads(hook.posts[0][1])["title"] == "Test"


def test_it_says_what_is_missing_or_wrong():
    admin = client_as(Role.ADMIN)
    answer = admin.post(TEST)
    assert (answer.status_code, error_code(answer)) == (422, "VALIDATION_ERROR")
    assert "notifications.email.smtp_host" in answer.json()["errors"]

    mailbox = Mailbox()
    mailbox.answer = "550 Never"
    with mail_server(mailbox) as port:
        mail_through(port)
        answer = admin.post(TEST)
    assert answer.status_code == 422
    assert "550 Never" in answer.json()["errors"]["notifications.email"][0]

    answer = admin.post(TEST)  # nobody listens there any more
    assert (answer.status_code, error_code(answer)) == (503, "SERVICE_UNAVAILABLE")


def test_the_last_error_is_shown_without_the_webhooks_address(client: Client):
    post_to("http://127.0.0.1:9/secret-token")
    with transaction.atomic():
        notify("failure", "Download Failed", "because")
    send()
    (shown,) = client_as(Role.ADMIN).get("/settings/notifications").json()["channels"]
    assert (shown["channel"], shown["target"], shown["waiting"], shown["failures"]) == ("webhook", "127.0.0.1", 1, 1)
    assert "could not be reached" in shown["last_error"]

    client.force_login(make_user("admin"))
    for model in ("message", "channelstate"):
        page = client.get(f"/admin/notifications/{model}/").content
        assert b"127.0.0.1" in page
        row = Message.objects.get() if model == "message" else ChannelState.objects.get()
        assert b"secret-token" not in page + client.get(f"/admin/notifications/{model}/{row.pk}/change/").content


def test_the_last_tests_error_is_told_until_a_message_gets_through():
    admin, hook = client_as(Role.ADMIN), Hook()
    post_to("http://127.0.0.1:9/secret-token")
    assert admin.post(TEST).status_code == 503
    (shown,) = admin.get("/settings/notifications").json()["channels"]
    assert "could not be reached" in shown["test_error"]
    assert "secret-token" not in str(shown)
    assert shown["test_failed_at"]
    assert (shown["failures"], shown["last_error"]) == (0, "")
    with hook_server(hook) as url:
        post_to(url)
        ChannelState.objects.update(target=url)
        with transaction.atomic():
            notify("failure", "Download Failed", "because")
        send()
    (shown,) = admin.get("/settings/notifications").json()["channels"]
    assert (shown["test_error"], len(hook.posts)) == ("", 1)


def test_the_browser_hears_only_while_its_switch_is_on():
    with transaction.atomic():
        notify("failure", "One", "because", "/queue", label="Queue")
    change({"notifications": {"browser": {"enabled": False}}}, user=None)
    with transaction.atomic():
        notify("failure", "Two", "because")
    events = [json.loads(row.data) for row in OutboxEvent.objects.filter(type="notification")]
    assert events == [
        {
            "kind": "failure",
            "level": "error",
            "title": "One",
            "message": "because",
            "action": {"label": "Queue", "link": "/queue"},
            "auto_dismiss_seconds": None,
        }
    ]


def test_a_sender_is_woken_only_where_something_is_due():
    wake_sender()
    assert not OrmQ.objects.exists()
    Message.objects.create(
        channel=Channel.WEBHOOK, target="http://127.0.0.1:9/", kind="failure", title="t", created_at="2020-01-01T00:00Z"
    )
    wake_sender()
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({"email": {"from_address": "no address"}}, "email.from_address"),
        ({"email": {"to_addresses": ["a@example.org", "b"]}}, "email.to_addresses"),
        ({"email": {"to_addresses": [""]}}, "email.to_addresses"),
        ({"email": {"security": "ssl"}}, "email.security"),
        ({"email": {"events": ["everything"]}}, "email.events"),
        ({"email": {"smtp_port": 0}}, "email.smtp_port"),
        ({"webhooks": {"urls": ["ftp://example.org/"]}}, "webhooks.urls"),
        ({"webhooks": {"urls": ["http://10.0.0.1/"]}}, "webhooks.urls"),
        ({"webhooks": {"urls": ["https://example.org/"] * 2}}, "webhooks.urls"),
        ({"webhooks": {"events": [1]}}, "webhooks.events"),
        ({"site_url": "media.example.org"}, "site_url"),
        ({"site_url": "javascript:alert(1)"}, "site_url"),
    ],
)
def test_the_settings_refuse_what_cannot_work(patch: dict[str, Any], path: str):
    with pytest.raises(InvalidFieldsError) as refused:
        change({"notifications": patch}, user=None)
    assert list(refused.value.field_errors) == [f"notifications.{path}"]
