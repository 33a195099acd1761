"""Apprise's services against a real server: only through the guarding proxy, grouped, none lost, none twice."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from mediadl import clock
from mediadl.accounts.models import Role
from mediadl.api.errors import InvalidFieldsError
from mediadl.configuration.services import change
from mediadl.notifications import apprise_child, apprise_sending
from mediadl.notifications.apprise_sending import without_secrets
from mediadl.notifications.models import ChannelState, Message
from mediadl.notifications.outbox import is_anything_due, send_waiting, waiting
from mediadl.notifications.selectors import channels_json
from tests.api.clients import client_as, make_user
from tests.unit.notifications.servers import Hook, hook_server, silent_server
from tests.unit.notifications.test_sending import last_error, tell
from tests.unit.scheduler.test_jobs_and_runs import HeldClock

pytestmark = pytest.mark.django_db(transaction=True)

TEST = "/settings/notifications/test"


@pytest.fixture(autouse=True)
def held() -> Iterator[HeldClock]:
    source = HeldClock()
    with clock.clock_set_to(source):
        yield source


@pytest.fixture
def hook() -> Hook:
    return Hook()


def services(*addresses: str, **changes: object) -> None:
    change({"notifications": {"apprise": {"enabled": True, "urls": " ".join(addresses), **changes}}}, user=None)


def json_service(url: str) -> str:
    return url.replace("http://", "json://").replace("/hook", "/secret-token")


def test_what_happens_within_a_minute_comes_in_one_message_and_goes_once(hook: Hook, held: HeldClock):
    with hook_server(hook) as url:
        services(json_service(url))
        for number in range(3):
            tell(f"Number {number}")
        tell("Download Complete", "success")  # not among the events by default
        assert not is_anything_due()
        held.forward(seconds=60)
        assert send_waiting() == 3
        held.forward(hours=1)
        assert send_waiting() == 0
    ((_headers, body),) = hook.posts
    posted = json.loads(body)
    assert posted["type"] == "failure"
    assert all(f"Number {number}: because" in posted["message"] for number in range(3))
    assert not waiting().exists()


def test_no_page_and_no_row_shows_an_address(held: HeldClock, client: Client):
    address = "json://127.0.0.1:9/secret-token"
    services(address)
    tell()
    held.forward(seconds=60)
    assert send_waiting() == 0
    assert "secret-token" not in str(list(Message.objects.values())) + str(list(ChannelState.objects.values()))
    (shown,) = channels_json()
    assert (shown["channel"], shown["target"], shown["waiting"], shown["failures"]) == ("apprise", "json", 1, 1)
    assert shown["last_error"]
    assert client_as(Role.ADMIN).get("/settings").json()["notifications"]["apprise"]["urls"] == "***"
    client.force_login(make_user("admin"))
    assert b"secret-token" not in client.get("/admin/notifications/message/").content


def test_errors_are_told_without_tokens():
    address = "tgram://123456:AbCdEfGh/%4012345?x=longvalue"
    told = without_secrets("Bad 123456:AbCdEfGh for @12345, longvalue", address)
    assert told == "Bad ***:*** for ***, ***" or "AbCdEfGh" not in told
    assert "longvalue" not in told


def test_a_private_address_is_refused_by_the_proxy(hook: Hook, held: HeldClock, settings):
    with hook_server(hook) as url:
        services(json_service(url))
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, allowed_private_networks=())
        tell()
        held.forward(seconds=60)
        assert send_waiting() == 0
    assert hook.posts == []
    assert "PRIVATE_ADDRESS" in last_error()


def test_a_service_that_fails_gets_all_of_it_later_and_none_twice(hook: Hook, held: HeldClock):
    hook.statuses = [500]
    with hook_server(hook) as url:
        services(json_service(url))
        tell("First")
        held.forward(seconds=60)
        assert send_waiting() == 0
        tell("Second")
        assert not is_anything_due()
        held.forward(seconds=60)
        assert send_waiting() == 2
        held.forward(hours=1)
        assert send_waiting() == 0
    assert len(hook.posts) == 2
    assert (ChannelState.objects.get().failures, last_error()) == (0, "")


def test_a_service_that_hangs_loses_nothing(held: HeldClock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(apprise_sending, "APPRISE_SECONDS", 2.0)
    with silent_server() as port:
        services(f"json://127.0.0.1:{port}/")
        tell()
        held.forward(seconds=60)
        assert send_waiting() == 0
    assert "in time" in last_error()
    assert waiting().count() == 1


def test_a_redirect_is_not_followed(hook: Hook, held: HeldClock):
    hook.statuses, hook.location = [307], "/elsewhere"
    with hook_server(hook) as url:
        services(json_service(url))
        tell()
        held.forward(seconds=60)
        assert send_waiting() == 0
    assert len(hook.posts) == 1


def test_an_address_with_several_receivers_is_refused_since_a_retry_would_tell_some_twice(hook: Hook, held: HeldClock):
    with hook_server(hook) as url:
        services(url.replace("http://", "ntfy://").replace("/hook", "/one/two"))
        tell()
        held.forward(seconds=60)
        assert send_waiting() == 0
    assert hook.posts == []
    assert "several receivers" in last_error()


def test_the_test_button_tries_it_and_says_what_is_wrong(hook: Hook):
    admin = client_as(Role.ADMIN)
    assert "notifications.apprise.urls" in admin.post(TEST, {"channel": "apprise"}).json()["errors"]
    with hook_server(hook) as url:
        services(json_service(url), enabled=False)
        assert admin.post(TEST, {"channel": "apprise"}).json() == {"sent": True, "channel": "apprise"}
        hook.statuses = [401]
        assert admin.post(TEST, {"channel": "apprise"}).status_code == 422
    assert json.loads(hook.posts[0][1])["title"] == "Test"


@pytest.mark.parametrize(
    "address",
    [
        *("syslog://", "dbus://", "gnome://", "windows://", "macosx://", "mailto://a:b@example.org", "blink1://"),
        *("rsyslog://h", "mqtt://h/t", "growl://h", "irc://h/c", "xmpp://h", "aprs://a:b@h", "file:///etc/passwd"),
        *("https://example.org", "exec://ls", "no address", "vapid://a@example.org", "fcm://p/t"),
        *(
            "slack://a/b/c?template=/etc/passwd",
            "json://h?+attach=/etc/passwd",
            "discord://a/b?x=1;template=/etc/passwd",
            "json://h json://h",
        ),
    ],
)
def test_only_services_that_speak_http_are_taken(address: str):
    with pytest.raises(InvalidFieldsError) as refused:
        services(address)
    assert list(refused.value.field_errors) == ["notifications.apprise.urls"]


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 2))",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 2))",
        "import socket; socket.socket(socket.AF_UNIX).connect('/dev/log')",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "open('/etc/passwd')",
        "open('/tmp/anything', 'w')",
        "import os; os.remove('/tmp/anything')",
    ],
)
def test_the_fence_around_the_services_holds(attempt: str):
    folder = Path(apprise_child.__file__).parent
    lines = (
        f"import sys; sys.path.append({str(folder)!r}); import socket, subprocess, os",
        "from apprise_child import Fence",
        "sys.addaudithook(Fence('http://u:p@127.0.0.1:1'))",
        "try:",
        f"    {attempt}",
        "except PermissionError as error:",
        "    print('refused', error)",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("refused")
