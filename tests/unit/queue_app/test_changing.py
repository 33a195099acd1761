"""Pausing, resuming, cancelling, retrying, removing: each with its count, event and callbacks."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from mediadl import clock
from mediadl.api.errors import DuplicateError, InvalidFieldsError, NotFoundError, TransitionRefusedError
from mediadl.events.models import OutboxEvent
from queue_app import callbacks, services
from queue_app.ledger import order_of_end
from queue_app.models import HostWait, Outcome, QueueCount, QueueItem
from queue_app.removal import trim_queue
from queue_app.selectors import counts
from queue_app.states import LIST_RANK, Status
from tests.unit.queue_app.building import enqueue, fresh
from tests.unit.queue_app.rows import ended, recount

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[tuple[int, str]]]:
    """Every call of the callbacks for ended items."""
    calls: list[tuple[int, str]] = []
    tell = callbacks.on_item_ended(lambda item: calls.append((item.pk, str(item.status))))
    yield calls
    callbacks.forget_callback(tell)


def actions() -> list[tuple[str, str | None]]:
    rows = OutboxEvent.objects.filter(type="queue_updated").order_by("id")
    events = [json.loads(row.data) for row in rows]
    return [(event["action"], (event["item"] or {}).get("status")) for event in events]


def test_pause_and_resume() -> None:
    item = enqueue()
    services.pause(item_id=item.pk)
    assert fresh(item).status == "paused"
    services.resume(item_id=item.pk)
    assert fresh(item).status == "pending"
    assert actions() == [("added", "pending"), ("updated", "paused"), ("updated", "pending")]
    assert recount() == counts()


def test_resume_lets_an_item_that_waits_for_a_retry_start_now() -> None:
    item = enqueue()
    QueueItem.objects.update(next_attempt_at="2099-01-01T00:00:00Z", reason="retry_wait")
    services.resume(item_id=item.pk)
    assert (fresh(item).next_attempt_at, fresh(item).reason) == (None, "")


def test_cancel_ends_an_item_and_tells_the_callbacks(told: list[tuple[int, str]]) -> None:
    item = enqueue()
    services.cancel(item_id=item.pk)
    cancelled = fresh(item)
    assert (cancelled.status, cancelled.list_rank) == ("cancelled", LIST_RANK[Status.CANCELLED])
    assert cancelled.ended_at is not None
    assert told == [(item.pk, "cancelled")]
    assert recount() == counts()


@pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
def test_an_ended_item_refuses(action: str) -> None:
    item = ended(Status.COMPLETED)
    with pytest.raises(TransitionRefusedError, match="completed"):
        getattr(services, action)(item_id=item.pk)


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "retry", "delete"])
def test_there_is_no_such_item(action: str) -> None:
    with pytest.raises(NotFoundError):
        getattr(services, action)(item_id=404)


def test_retry_takes_up_failed_outcomes_and_gives_a_new_round() -> None:
    item = ended(Status.FAILED, attempts=4, max_attempts=4, items_failed=1, items_listed=2, listing_ended=True)
    Outcome.objects.create(item=item, position=0, media_id="a", url="u", outcome="downloaded")
    Outcome.objects.create(
        item=item, position=1, media_id="b", url="u", outcome="failed", reason="HTTP_500", attempts=4
    )
    services.retry(item_id=item.pk)
    again = fresh(item)
    assert (again.status, again.attempts, again.max_attempts) == ("pending", 4, 8)
    assert (again.items_failed, again.error_message, again.listing_ended) == (0, None, True)
    kinds = dict(Outcome.objects.values_list("media_id", "outcome"))
    assert kinds == {"a": "downloaded", "b": "listed"}
    assert recount() == counts()


def test_retry_lists_again_where_nothing_was_found() -> None:
    item = ended(Status.FAILED, listing_ended=True, items_listed=0)
    services.retry(item_id=item.pk)
    assert fresh(item).listing_ended is False


def test_retry_of_a_request_that_is_active_again_is_a_duplicate() -> None:
    old = ended(Status.FAILED)
    new = enqueue()
    with pytest.raises(DuplicateError) as refused:
        services.retry(item_id=old.pk)
    assert refused.value.extra == {"existing_id": new.pk}
    assert fresh(old).status == "failed"


@pytest.mark.parametrize("status", [Status.PENDING, Status.PAUSED, Status.COMPLETED])
def test_only_failed_and_cancelled_items_are_retried(status: Status) -> None:
    item = ended(status)
    with pytest.raises(TransitionRefusedError):
        services.retry(item_id=item.pk)


def test_update_changes_priority_and_status_or_nothing() -> None:
    item = enqueue()
    services.update(item_id=item.pk, priority=1, status="paused")
    assert (fresh(item).priority, fresh(item).list_order, fresh(item).status) == (1, 1, "paused")
    with pytest.raises(InvalidFieldsError):
        services.update(item_id=item.pk, priority=2, status="completed")
    done = ended(Status.COMPLETED, url="https://fakesite.example/other")
    with pytest.raises(TransitionRefusedError):
        services.update(item_id=done.pk, priority=2)
    assert fresh(item).priority == 1


def test_delete_in_every_status(told: list[tuple[int, str]]) -> None:
    for number, status in enumerate(Status):
        item = ended(status, url=f"https://fakesite.example/{number}")
        Outcome.objects.create(item=item, position=0, media_id="a", url="u", outcome="listed")
        services.delete(item_id=item.pk)
    assert not QueueItem.objects.exists()
    assert not Outcome.objects.exists()
    assert all(n == 0 for n in QueueCount.objects.values_list("n", flat=True))
    assert [status for _pk, status in told] == ["cancelled"] * 3  # of the three that were active


def test_clear_removes_what_ended_and_says_so_once() -> None:
    for number, status in enumerate(Status):
        ended(status, url=f"https://fakesite.example/{number}")
    assert services.clear() == 2
    assert sorted(QueueItem.objects.values_list("status", flat=True)) == [
        "cancelled",
        "downloading",
        "paused",
        "pending",
    ]
    assert actions()[-1] == ("cleared", None)
    assert recount() == counts()
    with pytest.raises(InvalidFieldsError):
        services.clear(statuses=["pending"])


def test_items_that_ended_long_ago_go_by_themselves() -> None:
    long_ago = clock.now() - timedelta(days=200)
    old = ended(Status.COMPLETED, ended_at=long_ago, list_order=order_of_end(long_ago))
    recent = ended(Status.FAILED, url="https://fakesite.example/recent")
    waiting = enqueue("https://fakesite.example/waiting")
    HostWait.objects.create(key="host:quiet.example", until=long_ago)
    HostWait.objects.create(key="host:busy.example", until=clock.now())
    assert trim_queue() == 1
    assert trim_queue() == 0
    assert set(QueueItem.objects.values_list("pk", flat=True)) == {recent.pk, waiting.pk}
    assert old.pk not in {recent.pk, waiting.pk}
    assert list(HostWait.objects.values_list("key", flat=True)) == ["host:busy.example"]
    assert recount() == counts()


def test_bulk_changes_each_for_itself() -> None:
    first, second = enqueue(), enqueue(content_type="stories")
    done = ended(Status.COMPLETED, url="https://fakesite.example/other")
    result = services.bulk(action="cancel", ids=[first.pk, second.pk, done.pk, 404, first.pk])
    assert result.done == 2
    assert [(error.id, error.error_code) for error in result.errors] == [
        (done.pk, "INVALID_TRANSITION"),
        (404, "NOT_FOUND"),
    ]
    with pytest.raises(InvalidFieldsError):
        services.bulk(action="priority", ids=[first.pk])
    with pytest.raises(InvalidFieldsError):
        services.bulk(action="explode", ids=[first.pk])
