"""Every failpoint, raising and killing: each promise holds once the next drains are through."""

import contextlib
import hashlib
import re
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

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
FILES = 4
FIRST_CRASH = {"store.before_heal": "store.after_rename=kill"}  # a point that only a crash leads to


@pytest.fixture
def server(folder: Path, point: str) -> Iterator[MediaServer]:
    """Pictures; where progress is to be written, one takes long enough for that."""
    with MediaServer({f"/{n}.jpg": picture(n) for n in range(FILES)}) as running:
        if point == "engine.before_progress":
            running.add("/0.jpg", ServedFile(picture(0), bytes_per_second=len(picture(0)) / 0.9))
        yield running


class Scenario:
    """One request of a person and one of a job that is due, over the same fake site."""

    def __init__(self, site: FakeSite, server: MediaServer) -> None:
        self.sources: dict[str, list[tuple[str, str]]] = {
            "/someone": [(f"m{n}", server.url_of(f"/{n}.jpg")) for n in range(FILES - 1)],
            "/job": [(f"m{FILES - 1}", server.url_of(f"/{FILES - 1}.jpg"))],
        }
        for path, entries in self.sources.items():
            url = f"https://{fake_site.HOST}{path}"
            site.lists(*(media(media_id, media_url) for media_id, media_url in entries), url=url)
        self.item = enqueue()
        job = create_job(
            name="Job", platform=fake_site.NAME, source="job", schedule="0 4 1 1 *",
            config={"url": f"https://{fake_site.HOST}/job"}, user=None,
        )  # fmt: skip
        Job.objects.filter(pk=job.pk).update(next_run=clock.now() - timedelta(minutes=1))

    def die_at(self, specification: str) -> None:
        """A process of its own runs into the point."""
        process = start_drain(self.sources, specification)
        process.wait(60)
        assert process.returncode == -signal.SIGKILL, f"{specification} was not reached"

    def work_until_the_end(self) -> None:
        """As the supervisor does: ticks and drains, again and again, whatever the last one died of."""

        def ended() -> bool:
            for step in (tick, lambda: run_drain(linger_seconds=0)):
                with contextlib.suppress(FailpointReached):
                    step()
            QueueItem.objects.filter(status="downloading").update(lease_expires_at=clock.now())
            rows = set(QueueItem.objects.values_list("status", flat=True))
            return rows <= {status.value for status in ENDED} and Run.objects.exists()

        eventually(ended, 60)

    def check(self) -> None:
        """Every promise that the database and the disk can show."""
        hashes = [hashlib.sha256(picture(n)).hexdigest() for n in range(FILES)]
        tidy_up()  # as the next drain does: what a crash left beside an adopted file goes
        assert broken_promises(Expected(hashes, [self.item.pk])) == []
        assert Run.objects.get().status == "success"


@pytest.fixture
def scenario(site: FakeSite, server: MediaServer) -> Scenario:
    return Scenario(site, server)


@pytest.mark.parametrize("point", ENGINE_POINTS)
def test_killed(scenario: Scenario, figures: Figures, point: str, repeat: int):
    if first := FIRST_CRASH.get(point):
        scenario.die_at(first)
    scenario.die_at(f"{point}=kill")
    scenario.work_until_the_end()
    scenario.check()
    figures.tally(f"SIGKILL at each of the {len(ENGINE_POINTS)} failpoints", "no promise of P1 to P12 broken")


@pytest.mark.parametrize("point", ENGINE_POINTS)
def test_raising(scenario: Scenario, figures: Figures, point: str, repeat: int):
    passes = Random(f"{point}{repeat}").choice([0, 0, 1, 2]) if repeat else 0
    if first := FIRST_CRASH.get(point):
        scenario.die_at(first)
        passes = 0
    failpoints.arm(f"{point}=raise@{passes}")
    scenario.work_until_the_end()
    failpoints.arm("")
    scenario.check()
    figures.tally(f"An exception at each of the {len(ENGINE_POINTS)} failpoints", "no promise of P1 to P12 broken")


def test_every_point_is_in_the_code_and_listed():
    root = Path(failpoints.__file__).parents[1]
    folders = ("mediadl", "queue_app", "downloads", "platforms", "scheduler")
    code = "\n".join(path.read_text("utf-8") for folder in folders for path in (root / folder).rglob("*.py"))
    reached = re.findall(r"\breach\(\s*\"([a-z._]+)\"", code)
    assert set(reached) == set(POINTS)
    assert len(ENGINE_POINTS) >= 16
