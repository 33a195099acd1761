"""Real threads: workers claim and end, people change, the reaper takes back, all over the same items at once."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from django.db import connections

from mediadl import clock
from mediadl.api.errors import ApiError
from queue_app import selectors, services
from queue_app.blocks import read_blocks
from queue_app.engine.claims import claim
from queue_app.engine.identity import WorkerIdentity
from queue_app.engine.leases import heartbeat
from queue_app.engine.reaper import reap
from queue_app.ledger import Ledger
from queue_app.models import Attempt, QueueItem
from queue_app.states import Action
from tests.soak.measuring import Figures, Scale
from tests.soak.test_queue_machine import ends_with_a_ledger, ends_with_the_drain
from tests.unit.queue_app.building import enqueue
from tests.unit.queue_app.conftest import site
from tests.unit.queue_app.rows import recount

__all__ = ["site"]
pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "broker"]), pytest.mark.timeout(1800)]
ITEMS = 12  # few, so that all are always at the same ones
WORKERS = 3
USERS = 2
PAUSE_SECONDS = 0.05  # SQLite lets waiters starve where many threads write without a breath (engine.md)
KINDS = ("claimed", "ended", "ended too late", "changed by a person", "refused to a person", "lost")


class Race:
    """What each thread did, written down as it happens; over when each kind of thing happened ``times`` times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.start = threading.Barrier(WORKERS + USERS + 1)
        self.lock = threading.Lock()
        self.pause = threading.Event()
        self.claims: Counter[tuple[int, int]] = Counter()  # by item and fence
        self.ends: Counter[tuple[int, int]] = Counter()
        self.seen: Counter[str] = Counter()
        self.errors: list[BaseException] = []

    def note(self, kind: str, times: int = 1) -> None:
        with self.lock:
            self.seen[kind] += times

    def is_over(self) -> bool:
        with self.lock:
            return bool(self.errors) or all(self.seen[kind] >= self.times for kind in KINDS)

    def run(self, *parts: Callable[[Random], None]) -> None:
        """Each of ``parts`` in its own thread, turn after turn."""
        threads = [threading.Thread(target=self._turns, args=(part, n)) for n, part in enumerate(parts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _turns(self, part: Callable[[Random], None], number: int) -> None:
        random = Random(number)
        self.start.wait()
        try:
            while not self.is_over():
                part(random)
                self.pause.wait(random.uniform(0, PAUSE_SECONDS))
        except BaseException as error:
            with self.lock:
                self.errors.append(error)
        finally:
            connections.close_all()

    def worker(self, name: str) -> Callable[[Random], None]:
        """Ends what it claimed a turn before, whoever else has changed that meanwhile, and claims anew."""
        held: list[QueueItem] = []

        def turn(random: Random) -> None:
            for item in held:
                end = random.choice([ends_with_a_ledger, ends_with_the_drain])
                is_ended = end(item, random.choices([Action.RELEASE, Action.COMPLETE, Action.FAIL], [8, 1, 1])[0])
                with self.lock:
                    self.ends[item.pk, item.fence] += is_ended
                    self.seen["ended" if is_ended else "ended too late"] += 1
            heartbeat(WorkerIdentity(name, "elsewhere", 1, "1"))
            with Ledger() as ledger:
                held[:] = claim(ledger, name, limit=3, blocks=read_blocks(clock.now()), alone=random.random() < 0.5)
            with self.lock:
                self.claims.update((item.pk, item.fence) for item in held)
                self.seen["claimed"] += len(held)

        return turn

    def user(self, random: Random) -> None:
        """Presses any button at any item, and asks again for what has ended."""
        row = random.choice(list(QueueItem.objects.values("pk", "url")))
        buttons = [services.pause, services.resume, services.resume, services.cancel, services.retry, services.retry]
        try:
            random.choice(buttons)(item_id=row["pk"])
            self.note("changed by a person")
            services.enqueue(url=row["url"])
        except ApiError:  # not allowed in that status, or active already
            self.note("refused to a person")

    def reaper(self, random: Random) -> None:
        """Leases end while their workers still write."""
        gone = f"w{random.randrange(WORKERS)}"
        expired = clock.now() - timedelta(seconds=1)
        QueueItem.objects.filter(lease_worker=gone, status="downloading").update(lease_expires_at=expired)
        # Deaths would make every item a suspect soon, which only one worker at a time may take.
        self.note("lost", reap())
        QueueItem.objects.filter(deaths__gt=0).update(deaths=0, deaths_alone=0)


def test_threads_against_each_other(scale: Scale, figures: Figures) -> None:
    times = scale.of(8, 1000)
    for number in range(ITEMS):
        enqueue(f"https://fakesite.example/u{number}")
    race = Race(times)
    race.run(*(race.worker(f"w{n}") for n in range(WORKERS)), *([race.user] * USERS), race.reaper)
    assert race.errors == []
    assert selectors.counts() == recount(), "each change of a status was one thread's alone"
    assert set(race.claims.values()) == {1}, "an item was claimed twice with one fence"
    assert set(race.ends.values()) <= {0, 1}, "a run ended twice"
    ended = {key for key, n in race.ends.items() if n}
    assert ended <= race.claims.keys()
    running = QueueItem.objects.filter(status="downloading").values_list("pk", "fence")
    assert not set(running) & ended, "an ended run still counts"
    assert Attempt.objects.count() == race.seen["claimed"]
    size = f"{WORKERS} workers, {USERS} people, a reaper; {sum(race.seen.values())} events"
    figures.add("Threads over the same 12 queue items", size, "each run claimed and ended once, every count exact")
