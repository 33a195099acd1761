"""Mails and webhooks against real servers: grouped, signed, retried, none lost and none sent twice."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from mediadl import clock
from mediadl.configuration.services import change
from mediadl.notifications import outbox, smtp, webhooks
from mediadl.notifications.delivering import RULES, ChannelRule
from mediadl.notifications.models import Channel, ChannelState, Message
from mediadl.notifications.outbox import is_anything_due, send_waiting, trim_messages, waiting
from mediadl.notifications.selectors import channels_json
from mediadl.notifications.services import notify
from mediadl.notifications.webhooks import signature_of
from tests.fakes.certificates import make_certificate
from tests.unit.notifications.servers import Hook, Mailbox, hook_server, mail_server, silent_server
from tests.unit.scheduler.test_jobs_and_runs import HeldClock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def held() -> Iterator[HeldClock]:
    source = HeldClock()
    with clock.clock_set_to(source):
        yield source


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def hook() -> Hook:
    return Hook()


def mail_through(port: int, **changes: Any) -> None:
    given = {
        "enabled": True,
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "security": "none",
        "from_address": "media@example.org",
        "to_addresses": ["a@example.org", "b@example.org"],
    }
    change({"notifications": {"email": {**given, **changes}}}, user=None)


def post_to(*urls: str, **changes: Any) -> None:
    change({"notifications": {"webhooks": {"urls": list(urls), **changes}}}, user=None)


def tell(title: str = "Download Failed", kind: str = "failure", **changes: Any) -> None:
    with transaction.atomic():
        notify(kind, title, f"{title}: because", "/queue", **changes)


def last_error() -> str:
    return ChannelState.objects.get().last_error


def test_what_happens_within_a_minute_comes_in_one_mail(mailbox: Mailbox, held: HeldClock):
    with mail_server(mailbox) as port:
        mail_through(port)
        change({"notifications": {"site_url": "https://media.example.org/"}}, user=None)
        for number in range(30):
            tell(f"Number {number}")
            held.forward(seconds=1)
        assert not is_anything_due()
        assert send_waiting() == 0
        held.forward(seconds=30)

        assert send_waiting() == 30
        assert send_waiting() == 0
    (mail,) = mailbox.mails
    assert mailbox.recipients == [["a@example.org", "b@example.org"]]
    assert mail["From"] == "media@example.org"
    text = mail.get_content()
    assert all(f"Number {number}: because" in text for number in range(30))
    assert "https://media.example.org/queue" in text
    assert not waiting().exists()


def test_only_the_chosen_events_go_and_only_where_it_is_switched_on(mailbox: Mailbox, hook: Hook):
    tell()
    assert not Message.objects.exists()
    with mail_server(mailbox) as port, hook_server(hook) as url:
        mail_through(port, events=["disk"])
        post_to(url, events=["success"])
        tell("Downloading Paused", "disk")
        tell("Download Complete", "success")
        tell("Site Down", "platform_down")
    assert sorted(Message.objects.values_list("channel", "kind")) == [("email", "disk"), ("webhook", "success")]


def test_a_hostile_title_makes_no_second_header(mailbox: Mailbox, held: HeldClock):
    with mail_server(mailbox) as port:
        mail_through(port)
        tell("Hello\r\nBcc: c@example.org\0\u2028")
        held.forward(seconds=60)
        assert send_waiting() == 1
    assert mailbox.mails[0]["Bcc"] is None
    assert mailbox.mails[0]["Subject"] == "mediadl: Hello Bcc: c@example.org"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_secure_connections_log_in_and_check_the_certificate(
    security: str, mailbox: Mailbox, held: HeldClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with clock.clock_set_to(lambda: datetime.now(UTC)):  # TLS goes by the machine's clock
        certificate = make_certificate(tmp_path)
    options = (
        {"ssl_context": certificate.context, "auth_require_tls": False}
        if security == "tls"
        else {"tls_context": certificate.context, "require_starttls": True}
    )
    with mail_server(mailbox, **options) as port:
        mail_through(port, security=security, username="me", password="right")
        tell()
        held.forward(seconds=60)
        assert send_waiting() == 0
        assert "not trusted" in last_error()
        assert mailbox.logins == []

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.trust_file))
        held.forward(minutes=1)
        assert send_waiting() == 1
    assert mailbox.logins == [("me", "right")]
    assert mailbox.was_secure == [security == "starttls"]  # aiosmtpd does not tell of TLS from the start


def test_a_wrong_password_is_told_without_showing_it(mailbox: Mailbox, held: HeldClock):
    with mail_server(mailbox, auth_require_tls=False) as port:
        mail_through(port, username="me", password="wrong-one")
        tell()
        held.forward(seconds=60)
        assert send_waiting() == 0
    assert "refused the user name or password" in last_error()
    assert "wrong-one" not in last_error()


def test_a_server_that_refuses_is_left_alone_for_ever_longer_and_nothing_is_lost(mailbox: Mailbox, held: HeldClock):
    mailbox.answer = "451 Not now"
    with mail_server(mailbox) as port:
        mail_through(port)
        tell("First")
        held.forward(seconds=60)
        waits = []
        for _ in range(9):
            assert is_anything_due()
            assert send_waiting() == 0
            assert not is_anything_due()
            state = ChannelState.objects.get()
            waits.append((state.next_attempt_at - held.time) // timedelta(seconds=1))
            held.time = state.next_attempt_at
        assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
        assert "451 Not now" in last_error()
        (shown,) = channels_json()
        assert (shown["waiting"], shown["failures"]) == (1, 9)
        mailbox.answer = "250 Taken"
        tell("Second")
        assert send_waiting() == 2
    assert len(mailbox.mails) == 1
    assert (ChannelState.objects.get().failures, last_error()) == (0, "")


def test_one_refused_recipient_does_not_send_it_twice_to_the_others(mailbox: Mailbox, held: HeldClock):
    mailbox.refused = {"b@example.org"}
    with mail_server(mailbox) as port:
        mail_through(port)
        tell()
        held.forward(seconds=60)
        assert send_waiting() == 1
        held.forward(hours=1)
        assert send_waiting() == 0
    assert mailbox.recipients == [["a@example.org"]]
    assert "b@example.org" in last_error()


def test_mails_have_a_limit_an_hour_and_what_is_over_it_comes_together(
    mailbox: Mailbox, held: HeldClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(RULES, Channel.EMAIL, ChannelRule(groups=True, an_hour=3))
    with mail_server(mailbox) as port:
        mail_through(port)
        for _ in range(10):
            tell()
            held.forward(seconds=60)
            send_waiting()
        assert len(mailbox.mails) == 3
        held.forward(hours=1)
        assert send_waiting() == 7
    assert len(mailbox.mails) == 4


def test_a_silent_mail_server_holds_nobody_for_long(held: HeldClock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(smtp, "CONNECTION_SECONDS", 0.3)
    with silent_server() as port:
        mail_through(port)
        tell()
        held.forward(seconds=60)
        began = time.monotonic()
        assert send_waiting() == 0
    assert time.monotonic() - began < 2
    assert waiting().count() == 1
    assert last_error()


def test_a_private_mail_server_is_refused(held: HeldClock, settings):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, allowed_private_networks=())
    mail_through(25)
    tell()
    held.forward(seconds=60)
    assert send_waiting() == 0
    assert "not a public address" in last_error()


def test_webhooks_are_signed_and_say_everything(hook: Hook, held: HeldClock):
    with hook_server(hook) as url:
        post_to(url, secret="shared")
        tell("Größe")
        assert is_anything_due()
        assert send_waiting() == 1
    ((headers, body),) = hook.posts
    posted = json.loads(body)
    assert {**posted, "id": ""} == {
        "id": "",
        "kind": "failure",
        "level": "error",
        "title": "Größe",
        "message": "Größe: because",
        "link": "/queue",
        "created_at": "2026-03-01T12:00:00Z",
    }
    assert headers["X-Mediadl-Delivery"] == posted["id"]
    assert headers["X-Mediadl-Timestamp"] == str(int(held.time.timestamp()))
    assert headers["X-Mediadl-Signature"] == signature_of("shared", headers["X-Mediadl-Timestamp"], body)


def test_a_failing_webhook_gets_everything_later_in_order_and_nothing_twice(hook: Hook, held: HeldClock):
    hook.statuses = [204, 500, 302, 503]
    with hook_server(hook) as url:
        post_to(url)
        for number in range(4):
            tell(f"Number {number}")
        for _ in range(6):
            send_waiting()
            held.forward(hours=1)
    taken = [json.loads(body)["title"] for _headers, body in hook.posts]
    assert taken == [f"Number {number}" for number in (0, 1, 1, 1, 1, 2, 3)]
    assert len({json.loads(body)["id"] for _headers, body in hook.posts[1:5]}) == 1
    assert not waiting().exists()


def test_webhooks_have_a_limit_an_hour_too_and_the_rest_goes_in_the_next_one(
    hook: Hook, held: HeldClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(RULES, Channel.WEBHOOK, ChannelRule(groups=False, an_hour=3))
    with hook_server(hook) as url:
        post_to(url)
        for number in range(5):
            tell(f"Number {number}")
        assert send_waiting() == 3
        held.forward(minutes=59)
        assert not is_anything_due()
        held.forward(minutes=2)
        assert send_waiting() == 2
    assert [json.loads(body)["title"] for _headers, body in hook.posts] == [f"Number {n}" for n in range(5)]


def test_a_redirect_is_not_followed(hook: Hook):
    hook.statuses, hook.location = [307], "/elsewhere"
    with hook_server(hook) as url:
        post_to(url)
        tell()
        assert send_waiting() == 0
    assert len(hook.posts) == 1
    assert "redirects" in last_error()


def test_a_hanging_webhook_holds_up_no_other(hook: Hook, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webhooks, "_TIMEOUTS", webhooks.Timeouts(connect=0.5, first_byte=0.5, stall=0.5, total=0.5))
    with silent_server() as port, hook_server(hook) as url:
        secret_path = f"http://127.0.0.1:{port}/token-in-the-path"
        post_to(secret_path, url)
        tell()
        assert send_waiting() == 1
    assert len(hook.posts) == 1
    assert waiting().get().target == secret_path
    error = ChannelState.objects.get(target=secret_path).last_error
    assert "in time" in error
    assert "token-in-the-path" not in error
    assert "token-in-the-path" not in str(channels_json())


def test_a_sender_that_died_is_replaced_and_a_living_one_left_alone(hook: Hook, held: HeldClock):
    with hook_server(hook) as url:
        post_to(url)
        tell()
        assert outbox._take_lease("webhook", url) is not None
        assert send_waiting() == 0
        held.forward(seconds=61)
        assert send_waiting() == 1


def test_what_nobody_wants_any_more_is_given_up_and_old_rows_go(hook: Hook, held: HeldClock):
    post_to("http://127.0.0.1:9/hook")
    tell()
    post_to()
    assert send_waiting() == 0
    assert not waiting().exists()
    held.forward(days=8)
    assert trim_messages() == 1
    assert not Message.objects.exists()


def test_what_was_rolled_back_is_never_told(hook: Hook):
    post_to("http://127.0.0.1:9/hook")
    with transaction.atomic():
        notify("failure", "No", "It did not happen")
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    with pytest.raises(transaction.TransactionManagementError):
        notify("failure", "No", "Outside of a transaction")
