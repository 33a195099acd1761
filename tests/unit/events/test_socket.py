"""The socket of the specification, spoken to over a real server."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from mediadl import clock
from mediadl.accounts.models import User
from mediadl.accounts.services import logout
from mediadl.events.models import OpenSocket, OutboxEvent
from mediadl.events.services import Event, log_event, trim_outbox
from tests.unit.events.conftest import Person
from tests.unit.events.sockets import close_code, listen, numbered, numbers_until, receive
from tests.unit.web.server_process import ServerProcess

pytestmark = pytest.mark.django_db(transaction=True)

Happen = Callable[..., None]
SignIn = Callable[..., Person]


@pytest.fixture(autouse=True)
def _sockets_end_before_the_tables_are_emptied(server: ServerProcess, transactional_db: None) -> Iterator[None]:
    yield
    deadline = time.monotonic() + 5
    while OpenSocket.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_an_event_arrives_in_the_specifications_shape(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    with listen(server, f"?token={sign_in().token}") as client:
        happen(Event("queue_updated", {"action": "added", "item": {"id": 1}}))
        event = receive(client)
    stored = OutboxEvent.objects.get()
    assert event == {
        "type": "queue_updated",
        "timestamp": clock.isoformat_milliseconds(stored.created_at),
        "data": {"action": "added", "item": {"id": 1}},
        "seq": stored.pk,
    }


def test_a_ping_is_answered(server: ServerProcess, sign_in: SignIn) -> None:
    with listen(server, f"?token={sign_in().token}") as client:
        client.send('{"type": "ping"}')
        assert receive(client) == {"type": "pong"}


@pytest.mark.parametrize("query", ["", "?token=abc", "?ticket=abc"])
def test_without_a_right_it_closes_with_4401(server: ServerProcess, query: str) -> None:
    with listen(server, query) as client:
        assert close_code(client) == 4401


def test_another_path_is_refused(server: ServerProcess) -> None:
    with pytest.raises(InvalidStatus), connect(f"{server.socket_url}/ws/other"):
        pass


@pytest.mark.parametrize(
    "message",
    ["", "hello", "[]", '{"type": "subscribe"}', b'{"type": "ping"}', '{"type": "ping", "x": "' + "a" * 4100 + '"}'],
)
def test_any_other_message_closes_with_1008(server: ServerProcess, sign_in: SignIn, message: str | bytes) -> None:
    with listen(server, f"?token={sign_in().token}") as client:
        client.send(message)
        assert close_code(client) == 1008


def test_a_message_in_many_frames_is_bounded_too(server: ServerProcess, sign_in: SignIn) -> None:
    with listen(server, f"?token={sign_in().token}") as client:
        with suppress(ConnectionClosed):
            client.send("x" * 1000 for _ in range(1000))
        assert close_code(client) == 1008


def test_a_long_event_arrives_whole(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    with listen(server, f"?token={sign_in().token}") as client:
        happen(Event("notification", {"message": "ü" * 100_000}))
        assert receive(client)["data"] == {"message": "ü" * 100_000}


def test_more_than_twenty_messages_a_second_close_with_1008(server: ServerProcess, sign_in: SignIn) -> None:
    with listen(server, f"?token={sign_in().token}") as client:
        for _ in range(20):
            client.send('{"type": "ping"}')
        assert [receive(client) for _ in range(20)] == [{"type": "pong"}] * 20
        client.send('{"type": "ping"}')
        client.send('{"type": "ping"}')
        # On a slow machine the first twenty may have taken longer than a second.
        for _ in range(40):
            try:
                client.send('{"type": "ping"}')
            except ConnectionClosed:
                break
        assert close_code(client) == 1008


@pytest.mark.parametrize("since", ["abc", "-1", "1.5", "", "9" * 30])
def test_a_since_that_is_no_number_closes_with_1008(server: ServerProcess, sign_in: SignIn, since: str) -> None:
    with listen(server, f"?token={sign_in().token}&since={since}") as client:
        assert close_code(client) == 1008


def test_the_eleventh_socket_of_a_user_closes_with_4429(server: ServerProcess, sign_in: SignIn) -> None:
    token = sign_in().token
    other_token = sign_in("bob").token
    with ExitStack() as clients:
        for _ in range(10):
            clients.enter_context(listen(server, f"?token={token}"))
        assert close_code(clients.enter_context(listen(server, f"?token={token}"))) == 4429
        other = clients.enter_context(listen(server, f"?token={other_token}"))
        other.send('{"type": "ping"}')
        assert receive(other) == {"type": "pong"}


def test_log_events_are_for_admins(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    viewer, admin = sign_in("vera", "viewer"), sign_in("adam", "admin")
    happen(log_event(level="INFO", module="Queue", message="before"))
    with (
        listen(server, f"?token={viewer.token}&since=0") as viewers,
        listen(server, f"?token={admin.token}&since=0") as admins,
    ):
        happen(log_event(level="INFO", module="Queue", message="now"), numbered(1))
        assert [receive(admins)["data"].get("message") for _ in range(3)] == ["before", "now", None]
        assert receive(viewers)["data"] == {"n": 1}


def test_signing_out_closes_with_4401(server: ServerProcess, sign_in: SignIn) -> None:
    person = sign_in()
    with listen(server, f"?token={person.token}") as client:
        logout(person.session.pk, person.user)
        assert close_code(client) == 4401


def test_another_role_closes_with_4401(server: ServerProcess, sign_in: SignIn) -> None:
    person = sign_in()
    with listen(server, f"?token={person.token}") as client:
        User.objects.filter(pk=person.user.pk).update(role="admin")
        assert close_code(client) == 4401


def test_the_tokens_end_closes_with_4401(server: ServerProcess, sign_in: SignIn) -> None:
    person = sign_in(lifetime=timedelta(seconds=1.5))
    with listen(server, f"?token={person.token}") as client:
        assert close_code(client) == 4401


def test_since_sends_what_was_missed_then_what_happens(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    token = sign_in().token
    happen(*[numbered(n) for n in range(1200)])
    first = OutboxEvent.objects.order_by("id").values_list("id", flat=True)[0]
    with listen(server, f"?token={token}&since={first}") as client:
        assert numbers_until(client, 1199) == list(range(1, 1200))
        happen(numbered(1200))
        assert receive(client)["data"]["n"] == 1200


def test_since_the_newest_sends_nothing_old(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    happen(numbered(1))
    with listen(server, f"?token={sign_in().token}&since={OutboxEvent.objects.get().pk}") as client:
        happen(numbered(2))
        assert receive(client)["data"]["n"] == 2


def test_of_progress_only_the_newest_is_replayed(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    happen(numbered(0))
    since = OutboxEvent.objects.get().pk
    for percent in (1, 50, 99):
        happen(Event("download_progress", {"n": percent}, key="progress:7"))
    with listen(server, f"?token={sign_in().token}&since={since}") as client:
        assert receive(client)["data"] == {"n": 99}


def test_what_is_older_than_an_hour_gets_resync_first(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    token = sign_in().token
    old = clock.now() - timedelta(minutes=61)
    happen(numbered(1), numbered(2, at=old), numbered(3))
    start = OutboxEvent.objects.order_by("id").values_list("id", flat=True)[0]
    with listen(server, f"?token={token}&since={start}") as client:
        assert receive(client) == {"type": "resync"}
        assert receive(client)["data"]["n"] == 3
    trim_outbox()
    with listen(server, f"?token={token}&since={start}") as client:
        assert receive(client) == {"type": "resync"}
        assert receive(client)["data"]["n"] == 3
    with listen(server, f"?token={token}&since={start + 1}") as client:
        assert receive(client)["data"]["n"] == 3


def test_a_since_of_another_life_gets_resync_and_goes_on(
    server: ServerProcess, sign_in: SignIn, happen: Happen
) -> None:
    happen(numbered(1))
    with listen(server, f"?token={sign_in().token}&since={OutboxEvent.objects.get().pk + 1000}") as client:
        assert receive(client) == {"type": "resync"}
        happen(numbered(2))
        assert receive(client)["data"]["n"] == 2


def test_many_disconnects_lose_and_double_nothing(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    token, total = sign_in().token, 400
    happen(numbered(-1))
    since = OutboxEvent.objects.get().pk

    def write() -> None:
        for number in range(total):
            happen(numbered(number))
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    rest, received, reconnects = random.Random(1), [], 0
    while not received or received[-1] != total - 1:
        with listen(server, f"?token={token}&since={since}") as client:
            reconnects += 1
            for _ in range(rest.randint(1, 25)):
                event = receive(client)
                assert event["seq"] > since
                since = event["seq"]
                received.append(event["data"]["n"])
                if received[-1] == total - 1:
                    break
    writer.join()
    assert received == list(range(total))
    assert reconnects > 10


WRITER = """
import sys, django; django.setup()
from django.db import transaction
from mediadl.events.services import publish
for number in range(100):
    with transaction.atomic():
        publish("queue_updated", {"n": number, "writer": int(sys.argv[1])})
"""


def test_events_of_two_processes_arrive_in_one_rising_order(
    server: ServerProcess, server_data: Path, sign_in: SignIn
) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "mediadl.settings", "MEDIADL_DATA_DIR": str(server_data)}
    with listen(server, f"?token={sign_in().token}") as client:
        writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(n)], env=environment) for n in range(2)]
        events = [receive(client, 30) for _ in range(200)]
        for writer in writers:
            writer.wait(30)
    sequence = [event["seq"] for event in events]
    assert sequence == sorted(set(sequence))
    for number in range(2):
        assert [e["data"]["n"] for e in events if e["data"]["writer"] == number] == list(range(100))


def test_a_client_that_never_reads_is_closed_and_costs_little(
    server: ServerProcess, sign_in: SignIn, happen: Happen
) -> None:
    slow, fast = sign_in("slow"), sign_in("fast")
    with (
        listen(server, f"?token={fast.token}") as quick,
        listen(server, f"?token={slow.token}", max_queue=1, compression=None) as stuck,
    ):
        happen(numbered(0))
        assert receive(stuck)["data"]["n"] == receive(quick)["data"]["n"] == 0
        before = server.resident_bytes()
        events, number = [Event("queue_updated", {"text": "x" * 100_000})] * 9, 0
        deadline = time.monotonic() + 20
        # More than the kernel's buffers hold, then on until it has been stuck for long enough.
        while OpenSocket.objects.filter(user=slow.user).exists():
            assert time.monotonic() < deadline
            number += 1
            happen(*events, numbered(number))
            while receive(quick)["data"].get("n") != number:
                pass
        grown = server.resident_bytes() - before
    assert grown < 15 * 1024 * 1024


def test_thousands_of_events_at_once_close_nobody(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    token = sign_in().token
    with listen(server, f"?token={token}") as live, listen(server, f"?token={token}&since=0") as replayed:
        happen(
            *[numbered(n, at=clock.now()) for n in range(5000)], Event("queue_updated", {"n": 5000, "x": "y" * 900_000})
        )
        happen(numbered(5001))
        assert numbers_until(live, 5001) == list(range(5002))
        assert numbers_until(replayed, 5001) == list(range(5002))


def test_two_hundred_sockets_hear_of_an_event_at_once(server: ServerProcess, sign_in: SignIn, happen: Happen) -> None:
    tokens = [sign_in(f"user{number}").token for number in range(20)]

    async def measure() -> list[float]:
        url = f"{server.socket_url}/ws/downloads?token="
        clients = await asyncio.gather(
            *[connect_async(url + tokens[number % 20], open_timeout=30, compression=None) for number in range(200)]
        )
        waits: list[float] = []
        for number in range(10):
            await asyncio.to_thread(_commit, happen, number)
            committed = time.perf_counter()

            async def hear(client: Any, committed: float = committed, number: int = number) -> float:
                assert json.loads(await client.recv())["data"]["n"] == number
                return time.perf_counter() - committed

            waits += await asyncio.gather(*[hear(client) for client in clients])
        await asyncio.gather(*[client.close() for client in clients])
        return sorted(waits)

    waits = asyncio.run(measure())
    assert waits[1900] < 1, waits[::100]


def _commit(happen: Happen, number: int) -> None:
    happen(numbered(number))
    connection.close()


def test_a_killed_clients_seat_is_given_back(server: ServerProcess, sign_in: SignIn) -> None:
    token = sign_in().token
    code = (
        "import sys, websockets.sync.client as client\n"
        "with client.connect(sys.argv[1]): print('in', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, f"{server.socket_url}/ws/downloads?token={token}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == b"in\n"
        assert OpenSocket.objects.count() == 1
        client.kill()
    deadline = time.monotonic() + 5
    while OpenSocket.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not OpenSocket.objects.exists()


def test_a_stop_tells_the_clients_to_come_back(server_data: Path, sign_in: SignIn) -> None:
    from tests.unit.web.server_process import running_server

    token = sign_in().token
    with running_server("tests.unit.web.socket_app:application", data_dir=server_data) as server:
        with listen(server, f"?token={token}") as first, listen(server, f"?token={token}") as second:
            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert close_code(first) == close_code(second) == 1001
            assert time.monotonic() - started < 1
        assert server.process.wait(5) == 0
