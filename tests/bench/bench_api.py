"""The API over real HTTP beside stock DRF under stock daphne, over the same 100,000 rows; and beside slow readers."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.bench.library import fill_library
from tests.bench.load import Load, Measured, run_load
from tests.bench.rows import say_rows
from tests.bench.slow_readers import Readers, slow_readers
from tests.bench.sockets_under_load import web_pid
from tests.bench.stock.running import Stock, running_stock
from tests.product.running import ADMIN, PASSWORD, Product

DOWNLOADS = 100_000
FILE_BYTES = 2 * 1024**3  # no slow reader comes to its end
ROUNDS = 5
ROUND_SECONDS = 3.0
WARM_UP_SECONDS = 1.5
LIST_RATIO, ME_RATIO = 4.0, 3.0
SLOW_READERS = 20
SLOW_RATIO = 2.0
ME_A_SECOND = 100.0  # of the timed requests: far from what the process can do, so that waiting shows
LIST, ME = "/api/v1/downloads?per_page=50", "/api/v1/auth/me"


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to answer a question."""

    question: str
    name: str
    pid: int
    port: int
    path: str
    token: str

    def load(self, seconds: float) -> Load:
        """Eight clients who want it."""
        return Load(self.port, self.path, seconds, headers={"Authorization": f"Bearer {self.token}"})


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with a library of 100,000 downloads."""
    running = Product(tmp_path_factory.mktemp("api") / "data")
    running.start()  # makes the tables
    running.stop()
    fill_library(running, downloads=DOWNLOADS, file_bytes=FILE_BYTES)
    running.start()
    yield running
    running.close()


def _token(product: Product) -> str:
    """A fresh one: they live for a quarter of an hour, which several tests on a busy machine may take."""
    answer = product.request("POST", "/api/v1/auth/login", {"username": ADMIN, "password": PASSWORD}, token="")
    return str(answer.json()["access_token"])


@dataclass(frozen=True, slots=True)
class Round:
    """One contender's turn: its figures, and what a request cost its process in CPU time."""

    measured: Measured
    cpu_ms: float


def _contenders(product: Product, stock: Stock) -> list[Contender]:
    ours = (web_pid(product), product.port)
    theirs = (stock.pid, stock.port)
    token = _token(product)
    return [
        Contender("list", "ours", *ours, LIST, token),
        Contender("list", "stock", *theirs, "/downloads", stock.token),
        Contender("list", "stock with select_related", *theirs, "/downloads/joined", stock.token),
        Contender("list", "stock without the file's path", *theirs, "/downloads/flat", stock.token),
        Contender("me", "ours", *ours, ME, token),
        Contender("me", "stock", *theirs, "/auth/me", stock.token),
    ]


def _turn(contender: Contender) -> Round:
    process = psutil.Process(contender.pid)
    before = sum(process.cpu_times()[:2])
    measured = run_load(contender.load(ROUND_SECONDS))
    return Round(measured, 1000 * (sum(process.cpu_times()[:2]) - before) / measured.requests)


def _rounds(contenders: list[Contender]) -> dict[tuple[str, str], list[Round]]:
    """Interleaved, so that whatever else the machine does meets all of them."""
    for contender in contenders:
        run_load(contender.load(WARM_UP_SECONDS))
    rounds: dict[tuple[str, str], list[Round]] = {(one.question, one.name): [] for one in contenders}
    for _round in range(ROUNDS):
        for contender in contenders:
            rounds[contender.question, contender.name].append(_turn(contender))
    return rounds


def _row(question: str, name: str, rounds: list[Round], times: float) -> list[object]:
    rates = [one.measured.rate for one in rounds]
    p95_ms = statistics.median(one.measured.p95_ms for one in rounds)
    cpu_ms = statistics.median(one.cpu_ms for one in rounds)
    return [question, name, statistics.median(rates), min(rates), max(rates), p95_ms, cpu_ms, times]


@pytest.mark.timeout(600)
def test_lists_and_identity_are_answered_several_times_as_often_as_by_stock_drf(product: Product):
    database: Path = product.data_dir / "mediadl.sqlite3"
    with running_stock(database) as stock:
        rounds = _rounds(_contenders(product, stock))
    rates = {key: statistics.median(one.measured.rate for one in turns) for key, turns in rounds.items()}
    say_rows(
        ["request", "who", "requests/s", "least", "most", "p95 (ms)", "CPU a request (ms)", "ours is x times"],
        [_row(*key, turns, rates[key[0], "ours"] / rates[key]) for key, turns in rounds.items()],
    )
    assert rates["list", "ours"] >= LIST_RATIO * rates["list", "stock"]
    assert rates["me", "ours"] >= ME_RATIO * rates["me", "stock"]


@pytest.mark.timeout(600)
def test_slow_readers_of_files_keep_nobody_waiting(product: Product):
    headers = {"Authorization": f"Bearer {_token(product)}"}
    newest = product.request("GET", "/api/v1/downloads?status=completed&per_page=1").json()["items"][0]["id"]
    load = Load(product.port, ME, ROUND_SECONDS, a_second=ME_A_SECOND, headers=headers)
    readers = Readers(product.port, f"/api/v1/downloads/{newest}/file", SLOW_READERS, headers)
    run_load(load)
    alone, beside = [], []
    for _round in range(ROUNDS):
        alone.append(run_load(load).p95_ms)
        with slow_readers(readers):
            beside.append(run_load(load).p95_ms)
    without, with_readers = statistics.median(alone), statistics.median(beside)
    say_rows(
        ["`GET /auth/me`, 100 a second", "p95 (ms)", "least", "most"],
        [
            ["alone", without, min(alone), max(alone)],
            [f"{SLOW_READERS} slow readers of a file", with_readers, min(beside), max(beside)],
        ],
    )
    assert with_readers <= SLOW_RATIO * without
