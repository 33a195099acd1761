"""Each person chooses what they hear of, by mail and on open pages."""

import json
from collections.abc import Iterator

import pytest

from mediadl import clock
from mediadl.accounts.models import AuditEntry, Role, User
from mediadl.events.models import OutboxEvent
from mediadl.notifications.choices import choose
from mediadl.notifications.kinds import Kind
from mediadl.notifications.models import Choice, Message
from mediadl.notifications.outbox import send_waiting, waiting
from mediadl.notifications.selectors import channels_json
from tests.api.clients import client_as
from tests.unit.notifications.servers import Mailbox, mail_server
from tests.unit.notifications.test_sending import mail_through, tell
from tests.unit.scheduler.test_jobs_and_runs import HeldClock

pytestmark = pytest.mark.django_db(transaction=True)

MINE = "/auth/notifications"


@pytest.fixture(autouse=True)
def held() -> Iterator[HeldClock]:
    source = HeldClock()
    with clock.clock_set_to(source):
        yield source


def person(name: str = "anna", address: str = "anna@example.org") -> User:
    return User.objects.create_user(name, address, role=Role.VIEWER)


def test_without_a_choice_pages_tell_everything_and_no_mails_go():
    shown = client_as(Role.VIEWER).get(MINE).json()
    assert shown["email_events"] == []
    assert shown["browser_events"] == [kind.value for kind in Kind]
    assert shown["email_enabled"] is False


def test_a_choice_is_kept_and_changes_only_what_was_given():
    viewer = client_as(Role.VIEWER)
    assert viewer.patch(MINE, {"browser_events": ["disk"]}).json()["browser_events"] == ["disk"]
    answer = viewer.patch(MINE, {"email_events": ["failure", "failure"]})
    assert (answer.json()["email_events"], answer.json()["browser_events"]) == (["failure"], ["disk"])
    assert viewer.get(MINE).json() == answer.json()
    assert AuditEntry.objects.filter(action="notifications.choose").count() == 2


@pytest.mark.parametrize("body", [{"email_events": ["everything"]}, {"email_events": "disk"}, {"user": 1}])
def test_what_is_no_event_is_refused(body: dict[str, object]):
    assert client_as(Role.VIEWER).patch(MINE, body).status_code == 422
    assert not Choice.objects.exists()


def test_everybody_gets_the_mails_of_their_own_choice(held: HeldClock):
    mailbox = Mailbox()
    choose(user=person(), email_events=["success"])
    choose(user=person("bert", ""), email_events=["success"])  # no address: no mails
    with mail_server(mailbox) as port:
        mail_through(port, to_addresses=["a@example.org"], events=["failure"])
        tell("Broken", "failure")
        tell("Done", "success")
        assert {row["target"] for row in channels_json()} == {"", "anna"}
        held.forward(seconds=60)
        assert send_waiting() == 2
    got = {mail["To"]: mail["Subject"] for mail in mailbox.mails}
    assert got == {"a@example.org": "mediadl: Broken", "anna@example.org": "mediadl: Done"}


def test_who_is_a_recipient_anyway_hears_nothing_twice():
    choose(user=person(), email_events=["success", "failure"])
    mail_through(25, to_addresses=["anna@example.org"], events=["failure"])
    tell("Broken", "failure")
    tell("Done", "success")
    assert sorted(Message.objects.values_list("target", "title")) == [
        ("", "Broken"),
        (f"user:{User.objects.get().pk}", "Done"),
    ]


def test_who_was_switched_off_or_removed_gets_no_more_mails(held: HeldClock):
    anna, bert = person(), person("bert", "bert@example.org")
    for user in (anna, bert):
        choose(user=user, email_events=["failure"])
    mail_through(25, events=[])
    tell()
    User.objects.filter(pk=anna.pk).update(is_active=False)
    bert.delete()
    held.forward(seconds=60)
    assert send_waiting() == 0
    assert not waiting().exists()


def test_the_event_says_its_kind_so_that_a_page_can_leave_it_out():
    tell("Downloading Paused", "disk")
    assert json.loads(OutboxEvent.objects.get(type="notification").data)["kind"] == "disk"
