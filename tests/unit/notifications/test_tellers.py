"""Who tells what: a site that is down and up again, a thread that ended."""

import json
from datetime import timedelta

import pytest

from mediadl import clock
from mediadl.events.models import OutboxEvent
from mediadl.media import FailureKind, MediaError
from platforms.circuits import FAILURES_THAT_OPEN, listing_failed, listing_succeeded
from scheduler.models import ForumThread
from scheduler.monitors.checks import check_due_threads

pytestmark = pytest.mark.django_db

DOWN = MediaError(FailureKind.TRANSIENT, "HTTP_500", "The site answered with an error.")


def told() -> list[tuple[str, str]]:
    rows = OutboxEvent.objects.filter(type="notification").order_by("id")
    return [(note["title"], note["level"]) for note in (json.loads(row.data) for row in rows)]


def test_a_site_down_is_told_once_and_its_return_too():
    for _ in range(FAILURES_THAT_OPEN + 3):
        listing_failed("instagram/fastdl", "instagram", "fastdl", DOWN)
    assert told() == [("Site Down", "warning")]
    for _ in range(2):
        listing_succeeded("instagram/fastdl", "instagram", "fastdl")
    assert told() == [("Site Down", "warning"), ("Site Up Again", "success")]


def test_a_single_host_of_the_web_is_no_site_down():
    for _ in range(FAILURES_THAT_OPEN):
        listing_failed("web/example.org", "web", "page", DOWN)
    listing_succeeded("web/example.org", "web", "page")
    assert told() == []


def test_a_thread_whose_time_is_over_is_told_once():
    now = clock.now()
    ForumThread.objects.create(
        slug="t",
        forum_name="board",
        url="https://forum.example/t/1",
        url_hash="x",
        status="active",
        created_at=now - timedelta(days=30),
        monitor_until=now - timedelta(seconds=1),
        interval_seconds=3600,
    )
    for _ in range(2):
        check_due_threads()
    assert told() == [("Thread Ended", "info")]
