"""A client that adds 20 items a second through the API while the queue runs at full speed: how long it waits."""

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.bench.load import percentile
from tests.bench.picture_site import picture_site
from tests.bench.rows import say_rows
from tests.product.running import Product, wait_for

A_SECOND, SECONDS = 20.0, 15.0
PICTURES, GALLERIES = 4000, 3  # more than there is time for
P95_MS, MOST_MS = 50.0, 1000.0
MEASUREMENTS = 3  # while over a limit
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Adding:
    """What one measurement found."""

    took_ms: list[float]
    files_a_second: float


@pytest.fixture
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, running."""
    running = Product(tmp_path_factory.mktemp("adding") / "data")
    running.start()
    yield running
    running.close()


def _stored(product: Product) -> int:
    return int(product.request("GET", "/api/v1/downloads?per_page=1&status=completed").json()["total"])


def _add(connection: http.client.HTTPConnection, token: str, url: str) -> float:
    """Add one item over a lasting connection; the milliseconds to the whole answer."""
    body = json.dumps({"url": url, "downloader": "direct"})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    started = time.perf_counter()
    connection.request("POST", "/api/v1/queue", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    took = 1000 * (time.perf_counter() - started)
    assert answer.status == 201, content
    return took


def _add_at_pace(product: Product, site: str, name: str, seconds: float) -> Adding:
    """Add items one after another, each at its time; a late answer makes the next ones late, too."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
    before, started = _stored(product), time.monotonic()
    took = []
    for number in range(int(A_SECOND * seconds)):
        time.sleep(max(started + number / A_SECOND - time.monotonic(), 0.0))
        took.append(_add(connection, product.token(), f"{site}/{name}-{number}.jpg"))
    passed = time.monotonic() - started
    connection.close()
    return Adding(took, (_stored(product) - before) / passed)


def _fits(adding: Adding) -> bool:
    return percentile(adding.took_ms, 0.95) <= P95_MS and max(adding.took_ms) <= MOST_MS


def _row(name: str, adding: Adding) -> list[object]:
    took = adding.took_ms
    return [name, len(took), percentile(took, 0.5), percentile(took, 0.95), max(took), adding.files_a_second]


@pytest.mark.timeout(600)
def test_whoever_adds_items_does_not_wait_for_the_queue(product: Product):
    measured: list[Adding] = []
    with picture_site() as site:
        quiet = _add_at_pace(product, site, "quiet", 3.0)
        for number in range(GALLERIES):
            answer = product.request("POST", "/api/v1/queue", {"url": f"{site}/gallery/g{number}/{PICTURES}"})
            assert answer.status == 201, answer.body
        wait_for(lambda: _stored(product) > 100, START_SECONDS, "the galleries are being fetched")
        while not measured or (not _fits(measured[-1]) and len(measured) < MEASUREMENTS):
            measured.append(_add_at_pace(product, site, f"busy{len(measured)}", SECONDS))
        running = product.request("GET", "/api/v1/queue/stats").json()
    say_rows(
        ["adding 20 items a second", "items", "p50 (ms)", "p95 (ms)", "most (ms)", "files stored a second"],
        [_row("nothing else to do", quiet), *(_row("the queue at full speed", adding) for adding in measured)],
    )
    assert running["downloading"] > 0, "the queue had ended before the client did"
    assert any(_fits(adding) for adding in measured)
