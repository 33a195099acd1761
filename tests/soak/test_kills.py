"""Processes killed and stopped at random moments: nothing lost, nothing twice, nothing stuck."""

import hashlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.fakes.media_server import MediaServer
from tests.product.running import Product, wait_for
from tests.soak.installations import (
    add_all,
    check_promises,
    cluster_processes,
    counts,
    is_quiet,
    own_database,
    retry_poisoned,
    serve_pictures,
    wait_until_quiet,
)
from tests.soak.invariants import Expected
from tests.soak.measuring import Figures, Scale
from tests.soak.roles import Cast, Role
from tests.unit.queue_app.building import picture

pytestmark = [pytest.mark.product, pytest.mark.timeout(7200)]
SHORT = {"MEDIADL_TEST_TIME_SCALE": "0.02", "MEDIADL_TEST_LEASE_SCALE": "0.1"}
# A cluster that ends again and again waits up to 30 s, and one that is deaf is noticed after 20 s or more.
SOON_BACK = {"MEDIADL_TEST_RESTART_SCALE": "0.2"}
SLOW = 4_000.0  # bytes a second: a picture takes some 3 s
IDLE_ROLES = (Role.PUSHER, Role.ROOT, Role.MONITOR, Role.IDLE, Role.GUARD)


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


def kill(process: psutil.Process) -> None:
    """SIGKILL, and wait until it is gone: who looks at the cluster next must not see it any more."""
    assert hit(process, signal.SIGKILL)
    wait_for(lambda: not is_alive(process), 10, f"the end of {process}")


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Killer:
    """Kills by role while files arrive, and counts."""

    def __init__(self, product: Product, chance: random.Random) -> None:
        self.killed: Counter[str] = Counter()
        self.busy = 0
        self._product = product
        self._cast = Cast(product)
        self._chance = chance

    def kill_while_busy(self, role: Role) -> None:
        """Kill the one in this role, at a random moment of a download."""
        self.wait_for_busy(role)
        time.sleep(self._chance.uniform(0, 0.5))
        victim = self.wait_for_busy(role)
        self.busy += 1
        kill(victim)
        self.killed[role] += 1

    def kill_as_it_begins(self) -> None:
        """Kill whoever is there, a moment after the last kill."""
        time.sleep(self._chance.uniform(0, 1))
        victims = wait_for(lambda: cluster_processes(self._product), 60, "a new cluster")
        if hit(self._chance.choice(victims), signal.SIGKILL):
            self.killed["whoever it was, just after another"] += 1

    def kill_while_idle(self, role: Role) -> None:
        """Kill the one in this role when no drain runs any more."""
        cast = wait_for(lambda: (cast := self._cast.whole()) and Role.DRAIN not in cast and cast, 60, "an idle cluster")
        kill(cast[role])
        self.killed[role] += 1

    def wait_for_busy(self, role: Role) -> psutil.Process:
        """The process of this role, once the cluster is whole and a drain downloads something."""
        return wait_for(lambda: self._downloads() and self._cast.whole().get(role), 60, f"a download and the {role}")

    def _downloads(self) -> bool:
        shown = counts(self._product)
        assert shown["pending"] + shown["downloading"], "all items have ended before the last kill"
        return bool(shown["downloading"]) and Role.DRAIN in self._cast.whole()


def portions(urls: Sequence[str], number: int) -> Iterator[Sequence[str]]:
    """All of ``urls`` in so many portions of about one size."""
    for part in range(number):
        yield urls[len(urls) * part // number : len(urls) * (part + 1) // number]


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
    """Each role in turn while files arrive, which are asked for until the last kill; a few as the cluster begins."""
    product, chance = new_product(**SHORT, **SOON_BACK), random.Random(7)
    product.start()
    kills = scale.of(3, 100)
    served = serve_pictures(site, scale.of(12, 500), bytes_per_second=SLOW)
    killer, wanted = Killer(product, chance), list(Role)[:kills]
    ids: list[int] = []
    roles: list[Role] = []
    for number, urls in enumerate(portions([site.url_of(path) for path in served], kills)):
        ids += add_all(product, urls)
        if number % 10 == 9:
            killer.kill_as_it_begins()
            continue
        roles = roles or chance.sample(wanted, k=len(wanted))
        killer.kill_while_busy(roles.pop())
    serve_pictures(site, len(served))  # what is left need not be slow any more
    poisoned = finish(product)
    product.stop()
    check_promises(product, Expected(list(served.values()), ids))
    assert killer.killed.total() == kills, killer.killed
    assert killer.busy * 2 >= kills, f"{killer.busy} of {kills} kills while something was downloading"
    assert killer.killed.keys() >= set(wanted), killer.killed
    figures.add(
        f"SIGKILL of processes of the cluster, SQLite: {listed(killer.killed)}",
        f"{len(ids)} items, {kills} kills, {killer.busy} of them while something was downloading",
        f"0 lost, 0 twice, 0 stuck, every byte equal; {poisoned} marked POISON and retried by hand",
    )


def listed(killed: Counter[str]) -> str:
    """How often each was killed, in words."""
    return ", ".join(f"{times} x {who}" for who, times in killed.items())


def test_every_kind_of_process_is_killed_while_idle(
    new_product: Callable[..., Product], site: MediaServer, scale: Scale, figures: Figures
):
    """One after the other, with a request after each: the pusher, the cluster's root, then the others."""
    product = new_product(**SHORT, **SOON_BACK)
    product.start()
    roles = IDLE_ROLES[: scale.of(2, len(IDLE_ROLES))]
    served = serve_pictures(site, len(roles), bytes_per_second=1e9)
    killer, slowest = Killer(product, random.Random(9)), 0.0
    ids: list[int] = []
    for role, path in zip(roles, served, strict=True):
        killer.kill_while_idle(role)
        ids += add_all(product, [site.url_of(path)])
        slowest = max(slowest, wait_until_quiet(product, 60))
    product.stop()
    check_promises(product, Expected(list(served.values()), ids))
    assert killer.killed == dict.fromkeys(roles, 1)
    figures.add(
        f"SIGKILL of idle processes ({listed(killer.killed)}), then one request",
        f"{len(ids)} kills",
        f"slowest download {slowest:.1f} s",
    )


def test_sigstop_of_a_busy_worker(
    new_product: Callable[..., Product], site: MediaServer, scale: Scale, figures: Figures
):
    """Processes that are frozen past their leases and wake up again must not harm anything."""
    short = SHORT if scale.factor is None else {"MEDIADL_TEST_TIME_SCALE": "0.02"}
    product, chance = new_product(**short, **SOON_BACK), random.Random(8)
    product.start()
    served = serve_pictures(site, scale.of(16, 500), bytes_per_second=SLOW)
    stops, seconds = scale.of(2, 10), scale.of(4, 60)
    killer = Killer(product, chance)
    ids: list[int] = []
    for urls in portions([site.url_of(path) for path in served], stops):
        ids += add_all(product, urls)
        drain = killer.wait_for_busy(Role.DRAIN)
        others = [process for process in cluster_processes(product) if process != drain]
        chosen = [one for one in [drain, *chance.sample(others, k=2)] if hit(one, signal.SIGSTOP)]
        assert drain in chosen
        time.sleep(seconds)
        for process in chosen:
            hit(process, signal.SIGCONT)
    serve_pictures(site, len(served))  # what is left need not be slow any more
    poisoned = finish(product)
    product.stop()
    check_promises(product, Expected(list(served.values()), ids))
    figures.add(
        "SIGSTOP of the drain worker while it downloads, and of two more",
        f"{len(ids)} items, {stops} x {seconds} s",
        f"0 lost, 0 twice, 0 stuck; {poisoned} marked POISON and retried by hand",
    )


def test_a_drain_that_is_stopped_for_good(new_product: Callable[..., Product], site: MediaServer, figures: Figures):
    """It answers no signal but SIGKILL and keeps the host's lock: nobody else may take what waits until it is ended."""
    product = new_product(**SHORT, **SOON_BACK)
    product.start()
    served = serve_pictures(site, 12, bytes_per_second=SLOW)
    killer = Killer(product, random.Random(9))
    ids = add_all(product, [site.url_of(path) for path in served])
    drain = killer.wait_for_busy(Role.DRAIN)
    assert hit(drain, signal.SIGSTOP)
    serve_pictures(site, len(served))
    poisoned = finish(product)
    assert not is_alive(drain)
    product.stop()
    check_promises(product, Expected(list(served.values()), ids))
    assert not poisoned
    figures.tally("SIGSTOP of the drain worker, for good", "ended after two leases; 0 lost, 0 twice, 0 stuck")


@pytest.fixture
def postgres() -> str:
    """A PostgreSQL server; ``scripts/with-services`` starts one, and insists on it where CI=true."""
    server = os.environ.get("MEDIADL_TEST_POSTGRES_URL")
    if not server:
        assert os.environ.get("CI") != "true", "run this with scripts/with-services"
        pytest.skip("no PostgreSQL: run this with scripts/with-services")
    return server


def start_clusters(
    new_product: Callable[..., Product], number: int, database: str, folder: Path, **variables: str
) -> list[Product]:
    """Installations that share one queue in PostgreSQL and one collection."""
    library = folder / "library"
    library.mkdir()
    shared = {**variables, "MEDIADL_DATABASE_URL": database, "MEDIADL_MEDIA_ROOTS": str(folder)}
    products = [new_product(**shared) for _ in range(number)]
    products[0].start()
    patch = {"general": {"download_directory": str(library)}}
    assert products[0].request("PATCH", "/api/v1/settings", patch).status == 200
    for product in products[1:]:
        product.start()
    return products


def owner_of(database: str, item: int) -> tuple[int, int]:
    """The fence of an item and the process that runs it; 0: nobody does."""
    with psycopg.connect(database) as connection:
        query = "SELECT fence, lease_worker FROM queue_app_queueitem WHERE id = %s"
        fence, worker = connection.execute(query, [item]).fetchone() or (0, None)
    return fence, int(worker.split(":")[1]) if worker else 0


def test_a_drain_that_wakes_up_after_another_took_over(
    new_product: Callable[..., Product], site: MediaServer, tmp_path: Path, postgres: str, figures: Figures
):
    """Both hold half of the file, which is another one by then: what is stored is the second's, whole."""
    first, second = picture(1, side=120), picture(2, side=120)
    looked_at, half = 4096, 6000  # the downloader looks at a file's beginning first
    with own_database(postgres, "frozen") as database:
        products = start_clusters(new_product, 2, database, tmp_path, **SHORT)
        site.add("/a.jpg", first)
        site.hold("/a.jpg", looked_at + half)
        (item,) = add_all(products[0], [site.url_of("/a.jpg")])
        assert site.wait_for_bytes("/a.jpg", looked_at + half)
        fence, pid = owner_of(database, item)
        (partial,) = wait_for(lambda: list(tmp_path.glob("library/.partial/*.part")), 10, "a partial file")
        assert partial.stat().st_size < len(first)
        frozen = psutil.Process(pid)
        assert hit(frozen, signal.SIGSTOP)
        site.release("/a.jpg")
        sent = looked_at + len(first)
        assert site.wait_for_bytes("/a.jpg", sent), "its rest waits for the frozen one in its socket"
        site.add("/a.jpg", second)
        site.hold("/a.jpg", sent + half)
        assert site.wait_for_bytes("/a.jpg", sent + half, 60), "nobody took over"
        later_fence, later_pid = owner_of(database, item)
        assert later_fence > fence
        assert later_pid not in {0, pid}
        assert hit(frozen, signal.SIGCONT)
        time.sleep(3)  # in which it reads its rest, checks it and would store it
        assert owner_of(database, item) == (later_fence, later_pid)
        site.release("/a.jpg")
        wait_until_quiet(products[0], 60)
        for product in products:
            product.stop()
        check_promises(products[0], Expected([hashlib.sha256(second).hexdigest()], [item]))
    figures.tally("A drain frozen with half a file, woken after another took over", "the other's file, whole")


@pytest.mark.parametrize("clusters", [2, 4])
def test_clusters_on_one_postgresql(
    new_product: Callable[..., Product],
    site: MediaServer,
    tmp_path: Path,
    postgres: str,
    scale: Scale,
    figures: Figures,
    clusters: int,
):
    """Several installations share one queue and one collection; their workers are killed and frozen."""
    if clusters > 2 and scale.factor is None:
        pytest.skip("four clusters only in `make soak`")
    short = SHORT if scale.factor is None else {"MEDIADL_TEST_TIME_SCALE": "0.02"}
    frozen_each, seconds = scale.of(3, 10), scale.of(4, 60)  # past the lease, which SHORT makes 3 s
    with own_database(postgres, f"soak{clusters}") as database:
        products = start_clusters(new_product, clusters, database, tmp_path, **short, **SOON_BACK)
        chance = random.Random(clusters)
        served = serve_pictures(site, scale.of(24, 500))
        ids = add_all(products[0], [site.url_of(path) for path in served])
        kills = scale.of(3, 100)
        for number in range(kills):
            time.sleep(chance.uniform(0.3, 1.5))
            if victims := cluster_processes(chance.choice(products)):
                victim = chance.choice(victims)
                if number % frozen_each == frozen_each - 1 and hit(victim, signal.SIGSTOP):
                    time.sleep(seconds)
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
