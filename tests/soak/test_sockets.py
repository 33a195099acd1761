"""Sockets that come and go while files arrive; many of them at once; one that never reads."""

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.fakes.media_server import MediaServer
from tests.product.running import PASSWORD, Product
from tests.soak.installations import add_all, serve_pictures, wait_until_quiet
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


class Steady:
    """Stays connected and keeps every event but progress, of which a replay has only the newest."""

    def __init__(self, product: Product) -> None:
        self.numbers: list[int] = []
        self.socket = connect(address(product, product.token()))
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        try:
            for message in self.socket:
                event = json.loads(message)
                if event["type"] != "download_progress" and "seq" in event:
                    self.numbers.append(event["seq"])
        except ConnectionClosed:
            return


def test_disconnects_while_files_arrive(
    new_product: Callable[..., Product], site: MediaServer, scale: Scale, figures: Figures
):
    product, chance = new_product(), random.Random(3)
    product.start()
    steady = Steady(product)
    served = serve_pictures(site, scale.of(30, 1500), bytes_per_second=30_000)
    adding = threading.Thread(target=add_all, args=(product, [site.url_of(path) for path in served]))
    adding.start()
    seen: list[int] = []
    everything: list[int] = []
    last, disconnects = 0, scale.of(20, 1000)
    for _time in range(disconnects):
        with connect(address(product, product.token(), last), close_timeout=0.1) as client:
            for message in _some(client, chance.randint(1, 6)):
                if "seq" in message:
                    last = message["seq"]
                    everything.append(last)
                    if message["type"] != "download_progress":
                        seen.append(last)
    adding.join()
    wait_until_quiet(product, 600)
    with connect(address(product, product.token(), last), close_timeout=0.1) as client:
        seen += [m["seq"] for m in _some(client, 10_000) if "seq" in m and m["type"] != "download_progress"]
    time.sleep(1)
    steady.socket.close()
    steady.thread.join(10)
    assert everything == sorted(set(everything)), "an event came twice, or out of order"
    missing = set(steady.numbers) - set(seen)
    assert not missing, f"{len(missing)} events were lost over disconnects"
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
    time.sleep(1.5)
    heard, delays = crowd.heard(), crowd.delays()
    crowd.stop()
    thread.join(20)
    assert len({tuple(numbers) for numbers in heard}) == 1, "not every socket heard the same"
    assert heard[0] == sorted(set(heard[0]))
    assert heard[0]
    limit = 10 * MIB if scale.factor else 20 * MIB
    assert grown < limit, f"the web process grew by {grown / MIB:.1f} MiB"
    p95 = percentile(delays, 0.95)
    assert p95 < (0.5 if scale.factor else 5), f"events took {p95:.2f} s"
    figures.add(
        f"{sockets} sockets and {made / seconds:.0f} requests a second",
        f"{seconds} s",
        f"memory +{grown / MIB:.1f} MiB, events p95 {p95 * 1000:.0f} ms, none lost",
    )


def _new_user(product: Product, number: int) -> str:
    name = f"listener{number}"
    body = {"username": name, "password": PASSWORD, "email": f"{name}@example.org", "role": "viewer"}
    assert product.request("POST", "/api/v1/users", body).status == 201
    answer = product.request("POST", "/api/v1/auth/login", {"username": name, "password": PASSWORD}, token="")
    return str(answer.json()["access_token"])


def _requests(product: Product, seconds: float) -> int:
    """Twenty requests a second, some of which change something and so make events."""
    began, made, item = time.monotonic(), 0, 0
    while (now := time.monotonic()) - began < seconds:
        if made % 10 == 0:
            answer = product.request("POST", "/api/v1/queue", {"url": f"http://127.0.0.1:9/{made}-{now}.jpg"})
            item = int(answer.json()["id"])
        elif made % 10 == 5:
            product.request("DELETE", f"/api/v1/queue/{item}")
        else:
            assert product.request("GET", "/api/v1/queue").status == 200
        made += 1
        time.sleep(max(0.0, began + made / 20 - time.monotonic()))
    return made


class Crowd:
    """Many sockets in one thread; keeps what each heard and how long it was on its way."""

    def __init__(self, product: Product, tokens: list[str]) -> None:
        self.ready = threading.Event()
        self._addresses = [address(product, token) for token in tokens]
        self._heard: list[list[int]] = [[] for _ in tokens]
        self._delays: list[float] = []
        self._from = 0
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
            self._delays.append(time.time() - datetime.fromisoformat(event["timestamp"]).timestamp())

    def forget(self) -> None:
        """From here on it counts."""
        self._from = max((number for heard in self._heard for number in heard), default=0)
        self._delays.clear()

    def heard(self) -> list[list[int]]:
        return [[number for number in heard if number > self._from] for heard in self._heard]

    def delays(self) -> list[float]:
        return list(self._delays)

    def stop(self) -> None:
        self._stop.set()
