"""Running installations for the tests that kill their processes: requests, waiting, the final check."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.fakes.media_server import MediaServer, ServedFile
from tests.product.running import Product
from tests.soak.invariants import Expected
from tests.unit.queue_app.building import picture

REPOSITORY = Path(__file__).resolve().parents[2]


def serve_pictures(site: MediaServer, count: int, *, bytes_per_second: float = 60_000) -> dict[str, str]:
    """So many different pictures that take a moment each; SHA-256 by path."""
    served = {}
    for number in range(count):
        data = picture(number, side=120)
        site.add(f"/{number}.jpg", ServedFile(data, bytes_per_second=bytes_per_second))
        served[f"/{number}.jpg"] = hashlib.sha256(data).hexdigest()
    return served


def add_all(product: Product, urls: Sequence[str]) -> list[int]:
    """Add each URL; the ids that were acknowledged."""
    ids = []
    for url in urls:
        answer = product.request("POST", "/api/v1/queue", {"url": url, "downloader": "direct"})
        assert answer.status == 201, answer.body
        ids.append(int(answer.json()["id"]))
    return ids


def counts(product: Product) -> dict[str, int]:
    """How many items are in which status, waiting for a web process that was killed."""
    for _try in range(100):
        try:
            return dict(product.request("GET", "/api/v1/queue/stats").json())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web process does not answer")


def is_quiet(product: Product) -> bool:
    """Whether nothing waits or runs."""
    shown = counts(product)
    return not shown["pending"] and not shown["downloading"]


def wait_until_quiet(product: Product, seconds: float) -> float:
    """Wait until all items have ended; the seconds it took."""
    began = time.monotonic()
    while not is_quiet(product):
        assert time.monotonic() - began < seconds, f"stuck: {counts(product)}"
        time.sleep(0.2)
    return time.monotonic() - began


def cluster_processes(product: Product) -> list[psutil.Process]:
    """The cluster with its guard, pusher, monitor, workers and their children."""
    found: dict[int, psutil.Process] = {}
    for process in product.children("worker"):
        try:
            found |= {one.pid: one for one in [process, *process.children(recursive=True)]}
        except psutil.NoSuchProcess:
            continue
    return list(found.values())


def retry_poisoned(product: Product) -> int:
    """Items whose worker was killed three times while it ran only them are for a person: be that person."""
    failed = product.request("GET", "/api/v1/queue?status=failed&per_page=200").json()["items"]
    for item in failed:
        assert "The worker died" in str(item["error_message"]), item
        assert product.request("POST", f"/api/v1/queue/{item['id']}/retry").status == 200
    return len(failed)


def check_promises(product: Product, expected: Expected) -> None:
    """Run the checker as the installation's own process would."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.invariants"],
        input=json.dumps(asdict(expected), default=list),
        env=_environment(product),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    broken: Any = json.loads(done.stdout)
    assert broken == [], "\n".join(broken)


def _environment(product: Product) -> Mapping[str, str]:
    return {**product.environment(), "PYTHONPATH": str(REPOSITORY)}


@contextmanager
def own_database(server: str, name: str) -> Iterator[str]:
    """A database of its own on the test's PostgreSQL; the URL of it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
