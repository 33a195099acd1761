"""Hypothesis plays people, workers and the reaper against one another; the invariants must hold."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mediadl import clock
from mediadl.api.errors import ApiError
from queue_app import callbacks, selectors, services
from queue_app.blocks import read_blocks
from queue_app.engine.claims import claim
from queue_app.engine.reaper import POISON_DEATHS, reap
from queue_app.ledger import Ledger
from queue_app.models import QueueItem
from queue_app.states import ACTIVE, ENDED, LIST_RANK, TRANSITIONS, Action, Status
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.rows import recount

URLS = [f"https://fakesite.example/u{number}" for number in range(4)]
indices = st.integers(0, 7)


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
        self.held: dict[int, QueueItem] = {}  # what "our worker" believes to run
        self.last_fence: dict[int, int] = {}
        self.ended: list[tuple[int, str]] = []
        self.tell = lambda item: self.ended.append((item.pk, str(item.status)))
        callbacks.on_item_ended(self.tell)

    def teardown(self) -> None:
        callbacks.forget_callback(self.tell)
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

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        shown = [row["id"] for row in selectors.list_items(status="pending").items]
        suspects = set(QueueItem.objects.filter(deaths__gte=2).values_list("pk", flat=True))
        with Ledger() as ledger:
            items = claim(ledger, "w", limit=limit, blocks=read_blocks(clock.now()), alone=False)
        assert [item.pk for item in items] == [pk for pk in shown if pk not in suspects][:limit]
        self.held |= {item.pk: item for item in items}

    @rule(index=indices, action=st.sampled_from([Action.COMPLETE, Action.FAIL, Action.RELEASE]))
    def end(self, index: int, action: Action) -> None:
        """Our worker writes with what it read when it claimed; a lost lease must make that void."""
        if not self.held:
            return
        pk = sorted(self.held)[index % len(self.held)]
        item = self.held.pop(pk)
        now = QueueItem.objects.filter(pk=pk, status="downloading", fence=item.fence).exists()
        with Ledger() as ledger:
            assert ledger.change(item, action) is now

    @rule(index=indices)
    def worker_dies(self, index: int) -> None:
        item = self.pick(index)
        if item is not None and item.status == Status.DOWNLOADING:
            QueueItem.objects.filter(pk=item.pk).update(lease_expires_at=clock.now() - timedelta(seconds=1))
            assert reap() == 1

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
def test_the_queue_machine() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(QueueMachine, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))
