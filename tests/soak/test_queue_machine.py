"""Hypothesis plays people, workers, the reaper and the clock against one another; the invariants must hold."""

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mediadl import clock
from mediadl.api.errors import ApiError
from queue_app import callbacks, selectors, services
from queue_app.blocks import read_blocks
from queue_app.engine.claims import claim
from queue_app.engine.identity import WorkerIdentity
from queue_app.engine.leases import heartbeat
from queue_app.engine.reaper import POISON_DEATHS, reap
from queue_app.ledger import Ledger
from queue_app.models import QueueItem, Worker
from queue_app.states import ACTIVE, ENDED, LIST_RANK, TRANSITIONS, Action, Status
from tests.soak.measuring import Figures, Scale
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.rows import recount

URLS = [f"https://fakesite.example/u{number}" for number in range(4)]
WORKERS = ("a", "b", "c")
workers = st.sampled_from(WORKERS)
indices = st.integers(0, 7)
ENDINGS = st.sampled_from([Action.COMPLETE, Action.FAIL, Action.RELEASE])


def identity(worker: str) -> WorkerIdentity:
    """A worker of another host: only its silence tells that it is dead."""
    return WorkerIdentity(worker, "elsewhere", 1, "1")


def refused(change: Callable[[], object]) -> str | None:
    """The code of the error that ``change`` raises, if it does."""
    try:
        with transaction.atomic():
            change()
    except ApiError as error:
        return str(error.code)
    return None


class QueueMachine(RuleBasedStateMachine):
    """Any order of services, claims, ends and deaths."""

    def __init__(self) -> None:
        super().__init__()
        fake_site.register()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.offset = timedelta()
        self.clock = clock.clock_set_to(lambda: datetime.now(UTC) + self.offset)
        self.clock.__enter__()
        self.held: dict[str, dict[int, QueueItem]] = {name: {} for name in WORKERS}  # what each believes to run
        self.old: list[QueueItem] = []  # what they ended or lost: a result may be delivered again
        self.last_fence: dict[int, int] = {}
        self.ended: list[tuple[int, str]] = []
        self.tell = lambda item: self.ended.append((item.pk, str(item.status)))
        callbacks.on_item_ended(self.tell)

    def teardown(self) -> None:
        callbacks.forget_callback(self.tell)
        self.clock.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def pick(self, index: int) -> QueueItem | None:
        rows = list(QueueItem.objects.order_by("id"))
        return rows[index % len(rows)] if rows else None

    @rule(url=st.sampled_from(URLS), priority=st.integers(1, 10))
    def enqueue(self, url: str, priority: int) -> None:
        active = QueueItem.objects.filter(url=url, status__in=[status.value for status in ACTIVE]).exists()
        refusal = refused(lambda: services.enqueue(url=url, priority=priority))
        assert refusal == ("DUPLICATE" if active else None)

    @rule(index=indices, name=st.sampled_from(["pause", "resume", "cancel", "retry"]))
    def change(self, index: int, name: str) -> None:
        item = self.pick(index)
        if item is None:
            return
        allowed = Action(name) in TRANSITIONS[Status(item.status)]
        refusal = refused(lambda: getattr(services, name)(item_id=item.pk))
        assert refusal in ({None, "DUPLICATE"} if allowed else {"INVALID_TRANSITION"})

    @rule(index=indices)
    def delete(self, index: int) -> None:
        if item := self.pick(index):
            services.delete(item_id=item.pk)

    @rule(worker=workers, limit=st.integers(1, 3))
    def claim(self, worker: str, limit: int) -> None:
        heartbeat(identity(worker))
        shown = [row["id"] for row in selectors.list_items(status="pending").items]
        suspects = set(QueueItem.objects.filter(deaths__gte=2).values_list("pk", flat=True))
        with Ledger() as ledger:
            items = claim(ledger, worker, limit=limit, blocks=read_blocks(clock.now()), alone=False)
        assert [item.pk for item in items] == [pk for pk in shown if pk not in suspects][:limit]
        self.held[worker] |= {item.pk: item for item in items}

    @rule(worker=workers, index=indices, action=ENDINGS)
    def end(self, worker: str, index: int, action: Action) -> None:
        """A worker writes with what it read when it claimed; a lost lease must make that void."""
        mine = self.held[worker]
        if not mine:
            return
        item = mine.pop(sorted(mine)[index % len(mine)])
        self.old.append(copy(item))
        is_ours = QueueItem.objects.filter(pk=item.pk, status="downloading", fence=item.fence).exists()
        with Ledger() as ledger:
            assert ledger.change(item, action) is is_ours

    @rule(index=indices, action=ENDINGS)
    def deliver_again(self, index: int, action: Action) -> None:
        """The same result once more, as after a redelivery: it changes nothing."""
        if self.old:
            with Ledger() as ledger:
                assert ledger.change(copy(self.old[index % len(self.old)]), action) is False

    @rule(worker=workers)
    def beat(self, worker: str) -> None:
        """A living worker keeps what it runs, and only that."""
        heartbeat(identity(worker))
        rows = QueueItem.objects.filter(lease_worker=worker)
        assert all(row.lease_expires_at and row.lease_expires_at > clock.now() for row in rows)

    @rule(seconds=st.sampled_from([1, 12, 31, 3600, -3600]))
    def clock_jumps(self, seconds: int) -> None:
        self.offset += timedelta(seconds=seconds)

    @rule()
    def reaper_comes(self) -> None:
        """What is expired, or a silent worker's, goes back; twice is as good as once."""
        now = clock.now()
        silent = set(Worker.objects.filter(heartbeat_at__lte=now - timedelta(seconds=30)).values_list("pk", flat=True))
        lost = [
            item.pk
            for item in QueueItem.objects.filter(status="downloading")
            if item.lease_worker in silent or (item.lease_expires_at and item.lease_expires_at <= now)
        ]
        assert reap() == len(lost)
        assert reap() == 0
        assert not QueueItem.objects.filter(pk__in=lost, status="downloading").exists()

    @rule(index=indices)
    def worker_dies(self, index: int) -> None:
        item = self.pick(index)
        if item is not None and item.status == Status.DOWNLOADING:
            QueueItem.objects.filter(pk=item.pk).update(lease_expires_at=clock.now() - timedelta(seconds=1))
            assert reap() >= 1

    @invariant()
    def nothing_runs_twice(self) -> None:
        """At most one worker holds an item with the fence that still counts, and the row names it."""
        for row in QueueItem.objects.filter(status="downloading"):
            holders = [name for name, mine in self.held.items() if row.pk in mine and mine[row.pk].fence == row.fence]
            assert holders == [row.lease_worker]

    @invariant()
    def counts_are_exact(self) -> None:
        assert selectors.counts() == recount()

    @invariant()
    def every_row_fits_its_status(self) -> None:
        for item in QueueItem.objects.all():
            status = Status(item.status)
            assert item.list_rank == LIST_RANK[status]
            assert (item.lease_worker is not None) == (status is Status.DOWNLOADING)
            assert (item.ended_at is not None) == (status in ENDED)
            assert (item.list_order < 0) == (status in ENDED)
            assert item.deaths_alone < POISON_DEATHS or status is Status.FAILED or item.deaths_alone == POISON_DEATHS
            assert item.fence >= self.last_fence.get(item.pk, 0), "a fence never falls"
            self.last_fence[item.pk] = item.fence

    @invariant()
    def every_end_was_told(self) -> None:
        told = {pk for pk, _status in self.ended}
        rows = QueueItem.objects.filter(status__in=[status.value for status in ENDED])
        assert set(rows.values_list("pk", flat=True)) <= told


@pytest.mark.django_db
@pytest.mark.timeout(7200)
def test_the_queue_machine(scale: Scale, figures: Figures) -> None:
    examples, steps = scale.of(12, 2000), scale.of(20, 60)
    how = settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None)
    run_state_machine_as_test(QueueMachine, settings=how)
    figures.add("Orders of users, workers, reaper, clock", f"{examples} x {steps} steps", "every invariant held")
