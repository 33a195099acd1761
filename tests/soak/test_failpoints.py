"""Every failpoint, raising and killing: each promise holds once the next drains are through."""

import contextlib
import hashlib
import re
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mediadl import clock, failpoints
from mediadl.failpoints import ENGINE_POINTS, POINTS, FailpointReached
from queue_app.engine.drain import run_drain
from queue_app.engine.tidying import tidy_up
from queue_app.models import QueueItem
from queue_app.states import ENDED
from scheduler.models import Job, Run
from scheduler.services import create_job
from scheduler.ticks import tick
from tests.fakes.media_server import MediaServer, ServedFile
from tests.soak.invariants import Expected, broken_promises
from tests.soak.measuring import Figures
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import enqueue, eventually, media, picture
from tests.unit.queue_app.conftest import _quick_waits, site
from tests.unit.queue_app.fake_site import FakeSite
from tests.unit.queue_app.test_crashes import start_drain

__all__ = ["_quick_waits", "site"]
pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "broker"]),
    pytest.mark.timeout(7200),
]
FILES = 4  # of one round
PASSES = 4  # a point is left alone 0 to 3 times before it acts, by the number of the repeat
ROUNDS = PASSES + 1  # each round passes every point at least once
FIRST_CRASH = {"store.before_heal": "store.after_rename=kill"}  # a point that only a crash leads to
RECOVERY_SECONDS = 60  # P4


@pytest.fixture
def server(folder: Path, point: str) -> Iterator[MediaServer]:
    """Pictures; where progress is to be written, one of each round takes long enough for that."""
    with MediaServer({f"/{n}.jpg": picture(n) for n in range(FILES * ROUNDS)}) as running:
        if point == "engine.before_progress":
            for n in range(0, FILES * ROUNDS, FILES):
                running.add(f"/{n}.jpg", ServedFile(picture(n), bytes_per_second=len(picture(n)) / 0.9))
        yield running


class Scenario:
    """Rounds of one request of a person and one of a job that is due, over the same fake site."""

    def __init__(self, site: FakeSite, server: MediaServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.crashes = 0
        self.stored: dict[str, int] = {}  # what had its place at the last crash, and how often it was asked for
        self.sources: dict[str, list[tuple[str, str]]] = {}
        for number in range(ROUNDS):
            first, *others = range(number * FILES, (number + 1) * FILES)
            self.sources[f"/someone{number}"] = self._entries(first, *others[:-1])
            self.sources[f"/job{number}"] = self._entries(others[-1])
        for path, entries in self.sources.items():
            site.lists(*(media(media_id, media_url) for media_id, media_url in entries), url=self._url(path))
        self.items: list[int] = []
        self.rounds = 0
        self.ask()

    def _entries(self, *numbers: int) -> list[tuple[str, str]]:
        return [(f"m{n}", self.server.url_of(f"/{n}.jpg")) for n in numbers]

    @staticmethod
    def _url(path: str) -> str:
        return f"https://{fake_site.HOST}{path}"

    def ask(self) -> None:
        """One more round; who is refused (the point was on the way of the request) asks again."""
        assert self.rounds < ROUNDS, "the point was not reached"
        number, self.rounds = self.rounds, self.rounds + 1
        self.items.append(_until_accepted(lambda: enqueue(self._url(f"/someone{number}"))).pk)
        job = _until_accepted(lambda: create_job(
            name=f"Job {number}", platform=fake_site.NAME, source=f"job{number}", schedule="0 4 1 1 *",
            config={"url": self._url(f"/job{number}")}, user=None,
        ))  # fmt: skip
        Job.objects.filter(pk=job.pk).update(next_run=clock.now() - timedelta(minutes=1))

    def has_ended(self) -> bool:
        """Whether all that was asked for is through."""
        rows = set(QueueItem.objects.values_list("status", flat=True))
        return rows <= {status.value for status in ENDED} and Run.objects.count() == self.rounds

    def die_at(self, specification: str) -> None:
        """A process of its own runs into the point, in this round or in one that follows."""
        process = start_drain(self.sources, specification, rounds=10_000)

        def is_over() -> bool:
            if process.poll() is None and self.has_ended():
                self.ask()
            return process.poll() is not None

        try:
            eventually(is_over, 60)
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()
        assert process.returncode == -signal.SIGKILL, f"{specification} was not reached"
        self.crashes += 1
        in_place = {path.read_bytes() for path in self.folder.rglob("*.jpg") if ".partial" not in path.parts}
        paths = [f"/{n}.jpg" for n in range(FILES * self.rounds) if picture(n) in in_place]
        self.stored = {path: self.server.request_count(path) for path in paths}

    def raise_at(self, point: str, passes: int) -> None:
        """This process runs into the point, and goes on."""
        failpoints.arm(f"{point}=raise@{passes}")

        def is_reached() -> bool:
            if self.has_ended():
                self.ask()
            self.work()
            return failpoints.was_reached(point)

        eventually(is_reached, 60)
        failpoints.arm("")

    def work(self) -> None:
        """As the supervisor does: a tick and a drain, whatever they die of."""
        for step in (tick, lambda: run_drain(linger_seconds=0)):
            with contextlib.suppress(FailpointReached):
                step()

    def work_until_the_end(self) -> None:
        """Nobody helps: leases of a dead worker are taken back as the product does it, as soon as P4 says."""

        def ended() -> bool:
            self.work()
            return self.has_ended()

        eventually(ended, RECOVERY_SECONDS)

    def check(self) -> None:
        """Every promise that the database and the disk can show."""
        hashes = [hashlib.sha256(picture(n)).hexdigest() for n in range(FILES * self.rounds)]
        tidy_up()  # as the next drain does: what a crash left beside an adopted file goes
        assert broken_promises(Expected(hashes, self.items)) == []
        assert set(Run.objects.values_list("status", flat=True)) == {"success"}
        self._check_requests()

    def _check_requests(self) -> None:
        """P4: what was stored is not fetched again."""
        assert {path: self.server.request_count(path) for path in self.stored} == self.stored
        counts = {f"/{n}.jpg": self.server.request_count(f"/{n}.jpg") for n in range(FILES * self.rounds)}
        if self.crashes:
            # A kill takes along all that was on its way, which the next drain asks for from where it was.
            assert max(counts.values()) <= 1 + self.crashes
        else:
            # An exception costs its own file one more request at most, where it struck between two of its bytes or
            # before it was placed; what is in a batch with it goes on without being fetched.
            assert sum(counts.values()) <= len(counts) + 1


def _until_accepted(request: Callable[[], Any]) -> Any:
    try:
        return request()
    except FailpointReached:
        return request()


@pytest.fixture
def scenario(site: FakeSite, server: MediaServer, folder: Path) -> Scenario:
    return Scenario(site, server, folder)


@pytest.mark.parametrize("point", ENGINE_POINTS)
def test_killed(scenario: Scenario, figures: Figures, point: str, repeat: int):
    passes = repeat % PASSES
    if first := FIRST_CRASH.get(point):
        scenario.die_at(first)
        passes = 0
    scenario.die_at(f"{point}=kill@{passes}")
    scenario.work_until_the_end()
    scenario.check()
    figures.tally(f"SIGKILL at each of the {len(ENGINE_POINTS)} failpoints", "no promise of P1 to P12 broken")


@pytest.mark.parametrize("point", ENGINE_POINTS)
def test_raising(scenario: Scenario, figures: Figures, point: str, repeat: int):
    passes = repeat % PASSES
    if first := FIRST_CRASH.get(point):
        scenario.die_at(first)
        passes = 0
    scenario.raise_at(point, passes)
    scenario.work_until_the_end()
    scenario.check()
    figures.tally(f"An exception at each of the {len(ENGINE_POINTS)} failpoints", "no promise of P1 to P12 broken")


def test_every_point_is_in_the_code_and_listed():
    root = Path(failpoints.__file__).parents[1]
    folders = ("mediadl", "queue_app", "downloads", "platforms", "scheduler")
    code = "\n".join(path.read_text("utf-8") for folder in folders for path in (root / folder).rglob("*.py"))
    reached = re.findall(r"\breach\(\s*\"([a-z._]+)\"", code)
    assert set(reached) == set(POINTS)
    assert len(ENGINE_POINTS) >= 16
