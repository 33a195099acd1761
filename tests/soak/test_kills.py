"""Processes killed and stopped at random moments: nothing lost, nothing twice, nothing stuck."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.fakes.media_server import MediaServer
from tests.product.running import Product, wait_for
from tests.soak.installations import (
    add_all,
    check_promises,
    cluster_processes,
    is_quiet,
    own_database,
    retry_poisoned,
    serve_pictures,
    wait_until_quiet,
)
from tests.soak.invariants import Expected
from tests.soak.measuring import Figures, Scale

pytestmark = [pytest.mark.product, pytest.mark.timeout(7200)]
SHORT = {"MEDIADL_TEST_TIME_SCALE": "0.02", "MEDIADL_TEST_LEASE_SCALE": "0.1"}


@pytest.fixture
def site() -> Iterator[MediaServer]:
    with MediaServer() as server:
        yield server


def hit(process: psutil.Process, number: int) -> bool:
    """Send a signal, if the process is still there."""
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return False
    return True


def finish(product: Product) -> int:
    """Wait for the end, retry what was killed thrice while alone; how many that were."""
    poisoned = 0
    wait_until_quiet(product, 120)
    while again := retry_poisoned(product):
        poisoned += again
        wait_until_quiet(product, 120)
    return poisoned


def test_sigkill_at_random_moments(
    new_product: Callable[..., Product], site: MediaServer, scale: Scale, figures: Figures
):
    """Workers, busy and idle, the guard, pusher and monitor, and their children."""
    product, chance = new_product(**SHORT), random.Random(7)
    product.start()
    served = serve_pictures(site, scale.of(40, 500))
    ids = add_all(product, [site.url_of(path) for path in served])
    killed = 0
    for _kill in range(scale.of(4, 100)):
        wait_for(lambda: cluster_processes(product), 60, "a new cluster")  # after 30 s, the longest pause
        time.sleep(chance.uniform(0.2, 2.5))  # else it would be killed as it begins, again and again
        if victims := cluster_processes(product):
            killed += hit(chance.choice(victims), signal.SIGKILL)
    expected = Expected(list(served.values()), ids)
    poisoned = finish(product)
    product.stop()
    check_promises(product, expected)
    figures.add(
        "SIGKILL of random processes of the cluster, SQLite",
        f"{len(ids)} items, {killed} kills",
        f"0 lost, 0 twice, 0 stuck, every byte equal; {poisoned} marked POISON and retried by hand",
    )


def test_every_kind_of_process_is_killed_while_idle(
    new_product: Callable[..., Product], site: MediaServer, scale: Scale, figures: Figures
):
    """One after the other, oldest first: the cluster, its guard, workers, pusher and monitor."""
    product = new_product(**SHORT)
    product.start()
    wait_for(lambda: len(cluster_processes(product)) >= 5, 20, "the whole cluster")
    kinds = range(scale.of(2, 6))
    served = serve_pictures(site, len(kinds), bytes_per_second=1e9)
    ids, slowest = [], 0.0
    for kind, path in zip(kinds, served, strict=True):
        victims = sorted(cluster_processes(product), key=lambda process: process.pid)
        hit(victims[(kind + 1) % len(victims)], signal.SIGKILL)
        ids += add_all(product, [site.url_of(path)])
        slowest = max(slowest, wait_until_quiet(product, 60))
    product.stop()
    check_promises(product, Expected(list(served.values()), ids))
    figures.add("SIGKILL of idle processes, then one request", f"{len(ids)} kills", f"slowest download {slowest:.1f} s")


def test_sigstop_of_a_busy_worker(
    new_product: Callable[..., Product], site: MediaServer, scale: Scale, figures: Figures
):
    """A process that is frozen past its lease and wakes up again must not harm anything."""
    short = SHORT if scale.factor is None else {"MEDIADL_TEST_TIME_SCALE": "0.02"}
    product, chance = new_product(**short), random.Random(8)
    product.start()
    served = serve_pictures(site, scale.of(30, 200), bytes_per_second=40_000)
    ids = add_all(product, [site.url_of(path) for path in served])
    stops, seconds = scale.of(2, 10), scale.of(4, 60)
    for _stop in range(stops):
        time.sleep(chance.uniform(0.3, 1.0))
        frozen = cluster_processes(product)
        chosen = [process for process in chance.sample(frozen, k=min(3, len(frozen))) if hit(process, signal.SIGSTOP)]
        time.sleep(seconds)
        for process in chosen:
            hit(process, signal.SIGCONT)
    expected = Expected(list(served.values()), ids)
    finish(product)
    product.stop()
    check_promises(product, expected)
    figures.add("SIGSTOP of three processes", f"{len(ids)} items, {stops} x {seconds} s", "0 lost, 0 twice, 0 stuck")


@pytest.mark.parametrize("clusters", [2, 4])
def test_clusters_on_one_postgresql(
    new_product: Callable[..., Product],
    site: MediaServer,
    tmp_path: Path,
    scale: Scale,
    figures: Figures,
    clusters: int,
):
    """Several installations share one queue and one collection; their workers are killed and frozen."""
    server = os.environ.get("MEDIADL_TEST_POSTGRES_URL")
    if not server or (clusters > 2 and scale.factor is None):
        return  # scripts/with-services says so where PostgreSQL is missing; four only in `make soak`
    library = tmp_path / "library"
    library.mkdir()
    with own_database(server, f"soak{clusters}") as database:
        shared = {**SHORT, "MEDIADL_DATABASE_URL": database, "MEDIADL_MEDIA_ROOTS": str(tmp_path)}
        products, chance = [new_product(**shared) for _ in range(clusters)], random.Random(clusters)
        products[0].start()
        patch = {"general": {"download_directory": str(library)}}
        assert products[0].request("PATCH", "/api/v1/settings", patch).status == 200
        for product in products[1:]:
            product.start()
        served = serve_pictures(site, scale.of(24, 500))
        ids = add_all(products[0], [site.url_of(path) for path in served])
        kills = scale.of(3, 100)
        for number in range(kills):
            time.sleep(chance.uniform(0.3, 1.5))
            if victims := cluster_processes(chance.choice(products)):
                victim = chance.choice(victims)
                if number % 3 == 2 and hit(victim, signal.SIGSTOP):
                    time.sleep(4)  # past the lease, which SHORT makes 3 s
                    hit(victim, signal.SIGCONT)
                else:
                    hit(victim, signal.SIGKILL)
        expected = Expected(list(served.values()), ids)
        poisoned = finish(products[0])
        assert is_quiet(products[0])
        for product in products:
            product.stop()
        check_promises(products[0], expected)
    figures.add(
        f"SIGKILL and SIGSTOP, {clusters} clusters on one PostgreSQL",
        f"{len(ids)} items, {kills} signals",
        f"0 lost, 0 twice, 0 stuck, every byte equal; {poisoned} POISON retried",
    )
