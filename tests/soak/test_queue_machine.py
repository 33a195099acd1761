"""Hypothesis plays people, workers, the reaper and the clock against one another; the invariants must hold."""

from collections import Counter
from collections.abc import Callable, Iterable
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mediadl import clock
from mediadl.api.errors import ApiError
from queue_app import callbacks, selectors, services
from queue_app.blocks import read_blocks
from queue_app.engine.claims import SUSPECT_DEATHS, claim
from queue_app.engine.identity import WorkerIdentity
from queue_app.engine.leases import heartbeat
from queue_app.engine.reaper import POISON_DEATHS, reap
from queue_app.engine.running import RunningItem
from queue_app.engine.writer_ledger import LostLeaseError, WriterLedger
from queue_app.ledger import Ledger
from queue_app.models import QueueItem, Worker
from queue_app.states import ACTIVE, ENDED, LIST_RANK, TRANSITIONS, Action, Status
from tests.soak.measuring import Figures, Scale
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.rows import recount

URLS = [f"https://fakesite.example/u{number}" for number in range(9)]
FIRST = 6  # of them are asked for before anything happens
WORKERS = ("a", "b", "c")
workers = st.sampled_from(WORKERS)
indices = st.integers(0, 7)
ENDINGS = st.sampled_from([Action.COMPLETE, Action.FAIL, Action.RELEASE])
USER_ACTIONS = ("pause", "resume", "cancel", "retry")
KINDS = {
    *USER_ACTIONS,
    "enqueued",
    "refused as a duplicate",
    "deleted",
    "claimed",
    "claimed alone since its workers died",
    "ended by a worker",
    "ended by the drain",
    "ended too late",
    "delivered again",
    "kept by a heartbeat",
    "lost by silence",
    "lost by a death",
    "a stale worker against a new one",
}  # a run in which one of these never happened has shown nothing about it


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


def ends_with_the_drain(item: QueueItem, action: Action) -> bool:
    """End ``item`` as the committer does, if it finds it held."""
    running = RunningItem(copy(item), 0.0)
    with WriterLedger() as ledger:
        if running not in ledger.hold([running]):
            assert running.lost
            return False
        ledger.end(running, action)
    return True


def ends_with_a_ledger(item: QueueItem, action: Action) -> bool:
    """End ``item`` by one conditional change."""
    with Ledger() as ledger:
        return ledger.change(copy(item), action)


class QueueMachine(RuleBasedStateMachine):
    """Any order of services, claims, ends and deaths."""

    seen: ClassVar[Counter[str]] = Counter()  # what happened, in all runs together

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

    def pick(self, index: int, statuses: Iterable[str] = tuple(Status)) -> QueueItem | None:
        rows = list(QueueItem.objects.filter(status__in=statuses).order_by("id"))
        return rows[index % len(rows)] if rows else None

    def live(self) -> list[tuple[str, QueueItem]]:
        """Who runs what, and by its row still does."""
        rows = set(QueueItem.objects.filter(status="downloading").values_list("pk", "fence"))
        return [
            (name, item) for name, mine in self.held.items() for item in mine.values() if (item.pk, item.fence) in rows
        ]

    def take(self, worker: str, limit: int, *, alone: bool = False) -> None:
        """Claim, and compare with what the list shows."""
        heartbeat(identity(worker))
        shown = [row["id"] for row in selectors.list_items(status="pending").items]
        fences = dict(QueueItem.objects.values_list("pk", "fence"))
        suspects = set(QueueItem.objects.filter(deaths__gte=SUSPECT_DEATHS).values_list("pk", flat=True))
        is_suspect = alone and bool(shown) and shown[0] in suspects
        expected = shown[:1] if is_suspect else [pk for pk in shown if pk not in suspects][:limit]
        with Ledger() as ledger:
            items = claim(ledger, worker, limit=limit, blocks=read_blocks(clock.now()), alone=alone)
        assert [item.pk for item in items] == expected
        assert all(item.fence > fences[item.pk] for item in items), "a claim makes a new fence"
        self.held[worker] |= {item.pk: item for item in items}
        self.seen["claimed alone since its workers died" if is_suspect else "claimed"] += len(items)

    def lose(self, why: str) -> None:
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
        self.seen[why] += len(lost)

    @initialize(priorities=st.lists(st.integers(1, 10), min_size=FIRST, max_size=FIRST))
    def some_wait_and_some_run(self, priorities: list[int]) -> None:
        for url, priority in zip(URLS, priorities, strict=False):
            services.enqueue(url=url, priority=priority)
        self.take("a", 2)
        self.take("b", 1)

    @rule(url=st.sampled_from(URLS), priority=st.integers(1, 10))
    def enqueue(self, url: str, priority: int) -> None:
        active = QueueItem.objects.filter(url=url, status__in=[status.value for status in ACTIVE]).exists()
        refusal = refused(lambda: services.enqueue(url=url, priority=priority))
        assert refusal == ("DUPLICATE" if active else None)
        self.seen["refused as a duplicate" if refusal else "enqueued"] += 1

    @rule(index=indices, name=st.sampled_from(USER_ACTIONS), where_allowed=st.booleans())
    def change(self, index: int, name: str, where_allowed: bool) -> None:  # noqa: FBT001
        statuses = [status.value for status in Status if not where_allowed or Action(name) in TRANSITIONS[status]]
        item = self.pick(index, statuses)
        if item is None:
            return
        allowed = Action(name) in TRANSITIONS[Status(item.status)]
        refusal = refused(lambda: getattr(services, name)(item_id=item.pk))
        assert refusal in ({None, "DUPLICATE"} if allowed else {"INVALID_TRANSITION"})
        self.seen[name] += refusal is None

    @rule(index=indices)
    def delete(self, index: int) -> None:
        if item := self.pick(index):
            services.delete(item_id=item.pk)
            self.seen["deleted"] += 1

    @rule(worker=workers, limit=st.integers(1, 3), alone=st.booleans())
    def claim(self, worker: str, limit: int, alone: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        self.take(worker, limit, alone=alone)

    @precondition(lambda self: any(self.held.values()))
    @rule(index=indices, action=ENDINGS, by_drain=st.booleans())
    def end(self, index: int, action: Action, by_drain: bool) -> None:  # noqa: FBT001
        """A worker writes with what it read when it claimed; a lost lease must make that void."""
        all_held = [(name, pk) for name, mine in self.held.items() for pk in sorted(mine)]
        worker, pk = all_held[index % len(all_held)]
        item = self.held[worker].pop(pk)
        self.old.append(item)
        is_ours = QueueItem.objects.filter(pk=item.pk, status="downloading", fence=item.fence).exists()
        assert (ends_with_the_drain if by_drain else ends_with_a_ledger)(item, action) is is_ours
        how = "ended by the drain" if by_drain else "ended by a worker"
        self.seen[how if is_ours else "ended too late"] += 1

    @precondition(lambda self: self.old)
    @rule(index=indices, action=ENDINGS)
    def deliver_again(self, index: int, action: Action) -> None:
        """The same result once more, as after a redelivery: it changes nothing."""
        item = self.old[index % len(self.old)]
        assert not ends_with_a_ledger(item, action)
        assert not ends_with_the_drain(item, action)
        self.seen["delivered again"] += 1

    @precondition(lambda self: self.live())
    @rule(index=indices, other=workers, action=ENDINGS)
    def another_takes_over(self, index: int, other: str, action: Action) -> None:
        """A worker that was thought dead wakes up while another one runs its item: it writes nothing."""
        live = self.live()
        worker, item = live[index % len(live)]
        QueueItem.objects.filter(pk=item.pk).update(lease_expires_at=clock.now() - timedelta(seconds=1))
        self.lose("lost by a death")
        if other != worker:
            del self.held[worker][item.pk]
            self.old.append(item)
            self.take(other, len(URLS))
        row = QueueItem.objects.filter(pk=item.pk, status="downloading", lease_worker=other).values()
        if not row:
            return  # it is a suspect by now, which only a worker that runs nothing takes; or the worker was alone
        before = list(row)
        assert not ends_with_a_ledger(item, action)
        assert not ends_with_the_drain(item, action)
        running = RunningItem(copy(item), 0.0)
        with pytest.raises(LostLeaseError), WriterLedger() as ledger:
            ledger.end(running, action)  # it had looked before the other one came
        with pytest.raises(LostLeaseError), WriterLedger() as ledger:
            ledger.save(RunningItem(copy(item), 0.0))
        heartbeat(identity(worker))
        assert list(row.all()) == before
        self.seen["a stale worker against a new one"] += 1

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
        self.lose("lost by silence")

    @precondition(lambda self: self.live())
    @rule(living=st.none() | workers)
    def all_but_one_fall_silent(self, living: str | None) -> None:
        """Longer than a lease; the one that beats keeps what it runs."""
        self.offset += timedelta(seconds=31)
        kept = {item.pk for name, item in self.live() if name == living}
        if living:
            heartbeat(identity(living))
        self.lose("lost by silence")
        assert kept <= {item.pk for _name, item in self.live()}
        self.seen["kept by a heartbeat"] += len(kept)

    @precondition(lambda self: self.live())
    @rule(index=indices)
    def worker_dies(self, index: int) -> None:
        live = self.live()
        _worker, item = live[index % len(live)]
        QueueItem.objects.filter(pk=item.pk).update(lease_expires_at=clock.now() - timedelta(seconds=1))
        self.lose("lost by a death")

    @invariant()
    def nothing_runs_twice(self) -> None:
        """At most one worker holds an item with the fence that still counts, and the row names it."""
        for row in QueueItem.objects.filter(status="downloading"):
            holders = [name for name, mine in self.held.items() if row.pk in mine and mine[row.pk].fence == row.fence]
            assert holders == [row.lease_worker]

    @invariant()
    def a_fence_rises_when_a_run_is_over(self) -> None:
        """Also where nobody has claimed the item since: what its worker still sends must not count."""
        rows = {row.pk: row for row in QueueItem.objects.all()}
        for item in self.old:
            assert item.pk not in rows or rows[item.pk].fence > item.fence
        for item in (item for mine in self.held.values() for item in mine.values()):
            assert item.pk not in rows or rows[item.pk].status == "downloading" or rows[item.pk].fence > item.fence

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
    examples, steps = scale.of(20, 2000), scale.of(30, 60)
    # A small run plays the same orders each time, so that what has to happen in them does.
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=examples < 200,
    )
    QueueMachine.seen.clear()
    run_state_machine_as_test(QueueMachine, settings=how)
    assert {kind for kind, times in QueueMachine.seen.items() if times} == KINDS
    figures.add("Orders of users, workers, reaper, clock", f"{examples} x {steps} steps", "every invariant held")
