"""Two hundred sockets on one web process while a worker commits events: what arrives, when, and what it costs."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench.listeners import SOCKETS_A_TOKEN, Listeners
from tests.bench.load import Load, Measured, percentile, run_load
from tests.bench.people import sign_in_people
from tests.bench.publisher import publish
from tests.product.running import Product

SOCKETS = 200
SETTLE_SECONDS = 2.0
SAMPLE_SECONDS = 2.0
MIB = 1024 * 1024


@dataclass(slots=True)
class Heard:
    """What a measurement found; times in milliseconds from a commit to its arrival at a socket."""

    took_ms: list[float] = field(default_factory=list)
    events: int = 0
    lost: int = 0
    twice: int = 0
    closed: int = 0
    memory_mib: list[float] = field(default_factory=list)
    requests: Measured | None = None

    def p(self, share: float) -> float:
        """A percentile of the times."""
        return percentile(self.took_ms, share)

    @property
    def growth_mib(self) -> float:
        """From the end of the first quarter (the warm-up) to the end; the means of a few samples each."""
        few = max(len(self.memory_mib) // 10, 1)
        quarter = len(self.memory_mib) // 4
        warm, end = self.memory_mib[quarter : quarter + few], self.memory_mib[-few:]
        return sum(end) / len(end) - sum(warm) / len(warm)


class MemorySamples(threading.Thread):
    """The resident memory of a process while a block runs, in MiB."""

    def __init__(self, pid: int, every: float = SAMPLE_SECONDS) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._every = every
        self._told = threading.Event()
        self.mib: list[float] = []

    def run(self) -> None:
        """Sample until told to stop."""
        while True:
            self.mib.append(self._process.memory_info().rss / MIB)
            if self._told.wait(self._every):
                return

    def stop(self) -> list[float]:
        """The samples."""
        self._told.set()
        self.join()
        return self.mib


def web_pid(product: Product) -> int:
    """The web process."""
    (web,) = product.children("web")
    return int(web.pid)


def listen_while_events_happen(
    product: Product, folder: Path, *, seconds: float, events_a_second: float, requests_a_second: float = 0.0
) -> Heard:
    """Open the sockets, commit events at a pace (and make requests), close the sockets, compare."""
    heard = Heard()
    tokens = sign_in_people(product, SOCKETS // SOCKETS_A_TOKEN)
    samples = MemorySamples(web_pid(product))
    with Listeners(product.port, tokens, folder) as listeners:
        samples.start()
        requests = threading.Thread(
            target=_request, args=(heard, product.port, tokens[0], seconds, requests_a_second), daemon=True
        )
        requests.start()
        committed = publish(product, seconds=seconds, a_second=events_a_second)
        requests.join()
        threading.Event().wait(SETTLE_SECONDS)  # stragglers count as late, not as lost
        heard.memory_mib = samples.stop()
        listeners.finish()
    _compare(heard, committed, listeners)
    return heard


def _request(heard: Heard, port: int, token: str, seconds: float, a_second: float) -> None:
    if a_second:
        headers = {"Authorization": f"Bearer {token}"}
        path = "/api/v1/downloads?per_page=50"
        heard.requests = run_load(Load(port, path, seconds, connections=4, a_second=a_second, headers=headers))


def _compare(heard: Heard, committed: list[float], listeners: Listeners) -> None:
    counts = [0] * len(committed)
    for number, arrived in listeners.arrivals:
        counts[number] += 1
        heard.took_ms.append(1000 * (arrived - committed[number]))
    heard.events = len(committed)
    heard.lost = sum(max(SOCKETS - count, 0) for count in counts)
    heard.twice = sum(max(count - SOCKETS, 0) for count in counts)
    heard.closed = SOCKETS - listeners.still_open
