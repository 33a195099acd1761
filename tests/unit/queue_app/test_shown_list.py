"""The list as the API shows it: members, order, counts, and why an item does not run."""

from datetime import timedelta

import pytest

from mediadl import clock
from mediadl.api.errors import InvalidFieldsError
from platforms.models import Circuit
from queue_app import selectors
from queue_app.models import Budget, HostWait, Pause, QueueItem
from queue_app.states import Status
from tests.unit.queue_app.building import change_settings, enqueue
from tests.unit.queue_app.rows import ended

pytestmark = pytest.mark.django_db
MEMBERS = {
    "id", "url", "platform", "source", "referer", "save_path", "priority", "status", "attempts", "max_attempts",
    "created_date", "started_at", "download_date", "progress", "estimated_completion", "assigned_worker",
    "error_message", "metadata", "items_downloaded", "items_total", "items_skipped", "items_failed",
    "next_attempt_at", "reason",
}  # fmt: skip


def later(seconds: float = 60):
    return clock.now() + timedelta(seconds=seconds)


def reason() -> str | None:
    return selectors.item_json(QueueItem.objects.get())["reason"]


def test_an_item_has_the_members_of_the_specification_and_the_additions() -> None:
    shown = selectors.item_json(enqueue(max_downloads=3, metadata={"thread_id": "t-1"}))
    assert set(shown) == MEMBERS
    assert shown["save_path"].endswith("/downloads/fakesite/someone")
    assert shown["metadata"] == {"content_type": "posts", "max_downloads": 3, "thread_id": "t-1"}
    assert shown["created_date"].endswith("Z")
    assert shown["download_date"] is None


def test_running_then_waiting_as_they_start_then_paused_then_ended_newest_first() -> None:
    def at(number: int, status: Status, **columns: object) -> int:
        return ended(status, url=f"https://fakesite.example/{number}", **columns).pk

    old_end = at(1, Status.COMPLETED)
    second = at(2, Status.PENDING)
    paused = at(3, Status.PAUSED)
    urgent = at(4, Status.PENDING, priority=1, list_order=1)
    new_end = at(5, Status.FAILED)
    running = at(6, Status.DOWNLOADING)
    third = at(7, Status.PENDING)
    page = selectors.list_items()
    assert [item["id"] for item in page.items] == [running, urgent, second, third, paused, new_end, old_end]
    assert page.total == 7
    assert [item["id"] for item in selectors.list_items(status="pending").items] == [urgent, second, third]
    assert [item["id"] for item in selectors.list_items(page=2, per_page=3).items] == [third, paused, new_end]
    assert selectors.list_items(page=9).items == []


def test_counts_keep_the_platform_and_ignore_the_status() -> None:
    ended(Status.FAILED)
    enqueue("https://a.example/1.jpg")
    page = selectors.list_items(status="failed", platform="fakesite")
    assert (page.total, page.counts["failed"], page.counts["pending"]) == (1, 1, 0)
    assert selectors.list_items(status="failed").counts["pending"] == 1


def test_sorting_by_named_columns_only() -> None:
    first, second = enqueue(priority=9), enqueue(content_type="stories", priority=2)
    assert [i["id"] for i in selectors.list_items(sort="-created_date").items] == [second.pk, first.pk]
    assert [i["id"] for i in selectors.list_items(sort="-priority").items] == [first.pk, second.pk]
    with pytest.raises(InvalidFieldsError):
        selectors.list_items(sort="lease_worker")


def test_why_an_item_does_not_run() -> None:
    item = enqueue()
    assert reason() == "slots_busy"
    HostWait.objects.create(key="host:fakesite.example", until=later())
    assert reason() == "rate_limited"
    Circuit.objects.create(key="fakesite/first", platform="fakesite", downloader="first", open_until=later())
    assert reason() == "platform_down"
    QueueItem.objects.filter(pk=item.pk).update(next_attempt_at=later(), reason="retry_wait")
    assert reason() == "retry_wait"
    assert selectors.item_json(selectors.get_item(item.pk))["next_attempt_at"] is not None
    change_settings(platforms={"fakesite": {"enabled": False}})
    assert reason() == "platform_disabled"
    Pause.objects.create(reason="disk_full", detail="", since=clock.now())
    assert reason() == "disk_full"


def test_a_used_up_budget_is_a_rate_limit() -> None:
    change_settings(platforms={"fakesite": {"first": {"rate_limit_per_hour": 10}}})
    enqueue()
    Budget.objects.create(key="fakesite/first", window_started_at=clock.now(), used=10)
    assert reason() == "rate_limited"
    Budget.objects.update(window_started_at=clock.now() - timedelta(hours=1))
    assert reason() == "slots_busy"


def test_an_ended_item_has_no_reason() -> None:
    ended(Status.COMPLETED)
    assert reason() is None


def test_statistics() -> None:
    empty = selectors.stats()
    assert (empty["total"], empty["estimated_completion"], empty["avg_wait_time_seconds"]) == (0, None, 0)
    now = clock.now()
    ended(Status.COMPLETED, created_date=now - timedelta(seconds=90), started_at=now - timedelta(seconds=30))
    enqueue("https://a.example/1.jpg")
    stats = selectors.stats()
    assert (stats["total"], stats["pending"], stats["completed"], stats["active_workers"]) == (2, 1, 1, 0)
    assert stats["avg_wait_time_seconds"] == 60
    assert stats["estimated_completion"] is not None
