"""Sockets that come and go while files arrive; many of them at once; one that never reads."""

import asyncio
import json
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.fakes.media_server import MediaServer
from tests.product.running import PASSWORD, Product, wait_for
from tests.soak.installations import add_all, counts, serve_pictures, wait_until_quiet
from tests.soak.measuring import Figures, Scale, percentile

pytestmark = [pytest.mark.product, pytest.mark.timeout(7200)]
SOCKETS_A_USER = 10
MIB = 1024 * 1024


@pytest.fixture
def site() -> Iterator[MediaServer]:
    with MediaServer() as server:
        yield server


def address(product: Product, token: str, since: int | None = None) -> str:
    more = "" if since is None else f"&since={since}"
    return f"{product.address.replace('http', 'ws', 1)}/ws/downloads?token={token}{more}"


def told(event: dict[str, Any]) -> tuple[str, int] | None:
    """What an event says of one item: ("added", 7), ("paused", 7), ("arrived", 7); None: of no single item."""
    if event["type"] == "download_completed":
        return "arrived", int(event["data"]["queue_id"])
    if event["type"] != "queue_updated" or not event["data"]["item"]:
        return None
    action, item = str(event["data"]["action"]), event["data"]["item"]
    return (str(item["status"]) if action == "updated" else action), int(item["id"])


def outbox(product: Product, *, after: int = 0) -> dict[int, str]:
    """The type of each event in the table by its number, without progress: of that only the newest is kept."""
    database = f"file:{product.data_dir / 'mediadl.sqlite3'}?mode=ro"
    query = "SELECT id, type FROM events_outboxevent WHERE id > ? AND type != 'download_progress'"
    with closing(sqlite3.connect(database, uri=True, timeout=20)) as connection:
        return dict(connection.execute(query, [after]).fetchall())


class Steady:
    """Stays connected and keeps every event but progress; opens its socket anew only when its token ends."""

    def __init__(self, product: Product) -> None:
        self.events: dict[int, dict[str, Any]] = {}
        self._product = product
        self._closing = False
        self._connect(None)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self._closing = True
        self._socket.close()
        self.thread.join(10)

    def _connect(self, since: int | None) -> None:
        self._socket = connect(address(self._product, self._product.token(), since), legacy=True)

    def _read(self) -> None:
        last = 0
        while not self._closing:
            try:
                for message in self._socket:
                    event = json.loads(message)
                    last = event.get("seq", last)
                    if event["type"] != "download_progress" and "seq" in event:
                        self.events[last] = event
            except ConnectionClosed:
                pass
            if not self._closing:
                self._connect(last)


def test_disconnects_while_files_arrive(
    new_product: Callable[..., Product], site: MediaServer, scale: Scale, figures: Figures
):
    """What was heard is compared with the outbox, and the outbox with what was asked for."""
    product, chance = new_product(), random.Random(3)
    product.start()
    steady = Steady(product)
    disconnects, items = scale.of(20, 1000), scale.of(30, 1500)
    served = serve_pictures(site, items, bytes_per_second=6_000)
    began = max(outbox(product), default=0)
    ids: list[int] = []
    seen: list[dict[str, Any]] = []
    last = began
    for number in range(disconnects):
        urls = [site.url_of(path) for path in list(served)[len(ids) : items * (number + 1) // disconnects]]
        ids += add_all(product, urls)
        with connect(address(product, product.token(), last), close_timeout=0.1) as client:
            for message in _some(client, chance.randint(1, 6)):
                if "seq" in message:
                    last = message["seq"]
                    seen.append(message)
    assert counts(product)["downloading"], "the last disconnects came when all files had arrived"
    serve_pictures(site, items)  # what is left need not be slow any more
    wait_until_quiet(product, 600)
    with connect(address(product, product.token(), last), close_timeout=0.1) as client:
        seen += [message for message in _some(client, 100_000) if "seq" in message]
    happened = set(outbox(product, after=began))
    wait_for(lambda: steady.events.keys() >= happened, 10, "all of the outbox, heard by the steady socket")
    steady.close()
    numbers = [message["seq"] for message in seen]
    assert numbers == sorted(set(numbers)), "an event came twice, or out of order"
    assert {message["seq"] for message in seen if message["type"] != "download_progress"} == happened
    for heard in (seen, list(steady.events.values())):
        counted = Counter(what for message in heard if (what := told(message)))
        told_wrongly = [pk for pk in ids if not counted["added", pk] == counted["arrived", pk] == 1]
        assert not told_wrongly, "not told of exactly once: that these were added, or that they arrived"
    figures.add("Disconnects of a socket while files arrive", f"{disconnects}, {len(seen)} events", "no gap, no double")


def _some(client: Any, most: int) -> Iterator[dict[str, Any]]:
    """Up to ``most`` messages, until there is a pause."""
    for _number in range(most):
        try:
            yield json.loads(client.recv(0.6))
        except (TimeoutError, ConnectionClosed):
            return


def test_many_sockets_and_requests(new_product: Callable[..., Product], scale: Scale, figures: Figures):
    """Memory after a warm-up, the events' way to each socket, and none lost."""
    product = new_product()
    product.start()
    sockets, seconds, warm_up = scale.of(20, 200), scale.of(8, 600), scale.of(6, 60)
    tokens = [_new_user(product, number) for number in range(-(-sockets // SOCKETS_A_USER))]
    (web,) = product.children("web")
    crowd = Crowd(product, [tokens[number // SOCKETS_A_USER] for number in range(sockets)])
    thread = threading.Thread(target=lambda: asyncio.run(crowd.listen()), daemon=True)
    thread.start()
    assert crowd.ready.wait(60)
    _requests(product, warm_up)
    before = web.memory_info().rss
    crowd.forget()
    made = _requests(product, seconds)
    grown = web.memory_info().rss - before
    happened = [number for number, kind in outbox(product, after=crowd.first).items() if kind == "queue_updated"]
    wait_for(lambda: all(numbers[-1:] >= happened[-1:] for numbers in crowd.heard()), 10, "the last event, everywhere")
    heard, delays = crowd.heard(happened[-1]), crowd.delays()
    crowd.stop()
    thread.join(20)
    assert all(numbers == happened for numbers in heard), "a socket did not hear what the outbox says, in its order"
    assert made.acknowledged <= crowd.told, f"nobody was told: {made.acknowledged - crowd.told}"
    limit = 10 * MIB if scale.factor else 20 * MIB
    assert grown < limit, f"the web process grew by {grown / MIB:.1f} MiB"
    p95 = percentile(delays, 0.95)
    assert p95 < (0.5 if scale.factor else 5), f"events took {p95:.2f} s"
    figures.add(
        f"{sockets} sockets and {made.requests / seconds:.0f} requests a second",
        f"{seconds} s",
        f"memory +{grown / MIB:.1f} MiB, events p95 {p95 * 1000:.0f} ms, none lost",
    )


def _new_user(product: Product, number: int) -> str:
    name = f"listener{number}"
    body = {"username": name, "password": PASSWORD, "email": f"{name}@example.org", "role": "viewer"}
    assert product.request("POST", "/api/v1/users", body).status == 201
    answer = product.request("POST", "/api/v1/auth/login", {"username": name, "password": PASSWORD}, token="")
    return str(answer.json()["access_token"])


@dataclass(slots=True)
class Made:
    """What was asked of the product: how many requests, and which changes it acknowledged (see :func:`told`)."""

    requests: int = 0
    acknowledged: set[tuple[str, int]] = field(default_factory=set)


def _requests(product: Product, seconds: float) -> Made:
    """Twenty requests a second, some of which change something and so make events."""
    began, made, item = time.monotonic(), Made(), 0
    while (now := time.monotonic()) - began < seconds:
        match made.requests % 10:
            case 0:
                url = f"http://127.0.0.1:9/{made.requests}-{now}.jpg"
                answer = product.request("POST", "/api/v1/queue", {"url": url})
                assert answer.status == 201, answer.body
                item = int(answer.json()["id"])
                made.acknowledged.add(("added", item))
            case 3:
                answer = product.request("POST", "/api/v1/queue/bulk", {"action": "pause", "ids": [item]})
                if answer.json()["success"]:  # else it has ended already
                    made.acknowledged.add(("paused", item))
            case 6:
                assert product.request("DELETE", f"/api/v1/queue/{item}").status == 204
                made.acknowledged.add(("removed", item))
            case _:
                assert product.request("GET", "/api/v1/queue").status == 200
        made.requests += 1
        time.sleep(max(0.0, began + made.requests / 20 - time.monotonic()))
    return made


class Crowd:
    """Many sockets in one thread; keeps what each heard and how long it was on its way."""

    def __init__(self, product: Product, tokens: list[str]) -> None:
        self.ready = threading.Event()
        self.told: set[tuple[str, int]] = set()
        self.first = 0
        self._addresses = [address(product, token) for token in tokens]
        self._heard: list[list[int]] = [[] for _ in tokens]
        self._delays: list[float] = []
        self._open = 0
        self._stop = threading.Event()

    async def listen(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(len(self._addresses)):
                group.create_task(self._one(number))
                await asyncio.sleep(0.02)

    async def _one(self, number: int) -> None:
        async with connect_async(self._addresses[number], open_timeout=30, close_timeout=1) as socket:
            self._open += 1
            if self._open == len(self._addresses):
                self.ready.set()
            while not self._stop.is_set():
                try:
                    event = json.loads(await asyncio.wait_for(socket.recv(), 0.5))
                except TimeoutError:
                    continue
                self._note(number, event)

    def _note(self, number: int, event: dict[str, Any]) -> None:
        if event["type"] == "queue_updated":
            self._heard[number].append(event["seq"])
            if what := told(event):
                self.told.add(what)
            self._delays.append(time.time() - datetime.fromisoformat(event["timestamp"]).timestamp())

    def forget(self) -> None:
        """What comes from here on counts."""
        self.first = max((number for heard in self._heard for number in heard), default=0)
        self.told.clear()
        self._delays.clear()

    def heard(self, until: int | None = None) -> list[list[int]]:
        """What each socket heard since :meth:`forget`, up to an event's number."""
        return [[n for n in heard if n > self.first and (until is None or n <= until)] for heard in self._heard]

    def delays(self) -> list[float]:
        return list(self._delays)

    def stop(self) -> None:
        self._stop.set()
