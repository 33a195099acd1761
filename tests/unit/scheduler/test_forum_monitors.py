"""Monitored threads: checked by a schedule that follows how busy they are, until a day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from mediadl import clock
from mediadl.api.errors import DuplicateError, InvalidFieldsError, TransitionRefusedError
from mediadl.net.urls import url_hash
from queue_app.models import QueueItem
from queue_app.services import cancel
from scheduler.models import ForumThread
from scheduler.monitors import services
from scheduler.monitors.checks import LONGEST, SHORTEST, check_due_threads, check_ended

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
THREAD = "https://forum.example/threads/big-cats.4711/"


@pytest.fixture
def moments() -> Iterator[list[datetime]]:
    """The present moment as its last entry; a test appends to move it."""
    present = [NOON]
    with clock.clock_set_to(lambda: present[-1]):
        yield present


def start(**changes: object) -> ForumThread:
    given = {"forum_name": "PicturePub", "thread_url": THREAD, "thread_title": "Big cats", "user": None}
    return services.start_monitor(**{**given, **changes})


def end_check(status: str, *, downloaded: int = 0, code: str = "") -> None:
    item = QueueItem.objects.filter(status="pending").get()
    item.status, item.items_downloaded, item.error_code = status, downloaded, code
    item.error_message = code or None
    with transaction.atomic():
        QueueItem.objects.filter(pk=item.pk).update(status=status)
        check_ended(item)


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://example.com/thread/123", "thread-123"),
        (THREAD, "thread-4711"),
        ("https://forum.example/viewtopic.php?f=2&t=55", "thread-55"),
        ("https://forum.example/threads/2024-in-review.456/", "thread-456"),
        ("https://forum.example/threads/456-in-review", "thread-456"),
        ("https://forum.example/words-only/", "thread-words-only"),
        ("https://forum.example/viewtopic.php?t=a%2Fb", "thread-viewtopic-php"),
        (f"https://forum.example/thread/{'1' * 300}", f"thread-{'1' * 100}"),
    ],
)
def test_the_id_comes_from_the_url(url: str, slug: str):
    assert start(thread_url=url).slug == slug


def test_a_clash_on_another_site_gets_a_suffix():
    start()
    assert start(thread_url="https://other.example/threads/x.4711/").slug == "thread-4711-2"


@pytest.mark.parametrize(
    ("first", "others"),
    [
        (
            "/threads/some-title.456/",
            [
                "/threads/some-title.456",
                "/threads/some-title.456/page-2",
                "/threads/some-title.456/post-99#p9",
                "/threads/other-title.456/",
                "/threads/456/",
                "/index.php?threads/some-title.456/page-2",
            ],
        ),
        ("/thread/123", ["/thread/123/", "/thread/123#p3", "/thread/123?page=2"]),
        ("/board/viewtopic.php?t=55", ["/board/viewtopic.php?t=55&start=20", "/board/viewtopic.php?f=2&t=55&p=9"]),
        ("/showthread.php?t=7", ["/showthread.php?t=7&page=3", "/showthread.php/7-a-title", "/threads/7-a-title"]),
        ("/index.php?topic=5.0", ["/index.php?topic=5.20", "/index.php?topic=5.msg77#msg77"]),
        ("/index.php/topic/12-a-title/", ["/topic/12-other-title/?page=2"]),
        ("/t/a-title/99", ["/t/a-title/99/4", "/t/other-title/99"]),
        ("/words-only/", ["/words-only/#last"]),
    ],
)
def test_a_thread_is_the_same_at_every_page_post_and_title(first: str, others: list[str]):
    slug = start(thread_url=f"https://forum.example{first}").slug
    for other in others:
        with pytest.raises(DuplicateError) as refused:
            start(thread_url=f"https://forum.example{other}")
        assert refused.value.extra == {"existing_id": slug}
    assert ForumThread.objects.count() == 1


@pytest.mark.parametrize("site", ["http://forum.example", "https://www.forum.example", "HTTPS://Forum.Example:443"])
def test_a_site_is_the_same_with_and_without_www_and_tls(site: str):
    start()
    with pytest.raises(DuplicateError):
        start(thread_url=f"{site}/threads/big-cats.4711/")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://forum.example/threads/a.456/", "https://other.example/threads/a.456/"),
        ("https://forum.example/threads/a.456/", "https://forum.example:8443/threads/a.456/"),
        ("https://forum.example/threads/a.456/", "https://forum.example/threads/a.4567/"),
        ("https://forum.example/threads/2024-cats.456/", "https://forum.example/threads/2024-dogs.789/"),
        ("https://forum.example/cats/viewtopic.php?t=55", "https://forum.example/dogs/viewtopic.php?t=55"),
        ("https://forum.example/viewtopic.php?t=55", "https://forum.example/viewtopic.php?p=55"),
        ("https://forum.example/t/100/5", "https://forum.example/t/200/5"),
        ("https://forum.example/viewtopic.php?t=cats&start=1", "https://forum.example/viewtopic.php?t=cats&start=2"),
        ("https://forum.example/big-cats/", "https://forum.example/big-cats/?view=all"),
    ],
)
def test_threads_that_may_differ_are_monitored_each(first: str, second: str):
    assert start(thread_url=first).slug != start(thread_url=second).slug


def test_a_thread_that_ended_is_taken_up_again_at_another_of_its_pages():
    thread = start()
    ForumThread.objects.update(status="ended")

    assert start(thread_url=f"{THREAD}page-9").pk == thread.pk
    assert ForumThread.objects.get().url == THREAD


def test_of_rows_that_an_older_version_made_twice_the_one_that_goes_on_counts():
    ended = start()
    ForumThread.objects.update(status="ended")
    other = ForumThread.objects.get()
    other.pk, other.slug, other.url = None, f"{ended.slug}-2", f"{THREAD}page-2"
    other.url_hash, other.status = url_hash(other.url), "active"
    other.save()

    with pytest.raises(DuplicateError) as refused:
        start()
    assert refused.value.extra == {"existing_id": other.slug}


def test_a_thread_that_another_request_adds_at_the_same_moment_is_a_duplicate(monkeypatch: pytest.MonkeyPatch):
    first, look, looks = start(), services._known_thread, []

    def too_early(url: str) -> ForumThread | None:
        looks.append(url)
        return None if len(looks) == 1 else look(url)

    monkeypatch.setattr(services, "_known_thread", too_early)
    monkeypatch.setattr(services, "_free_slug", lambda wanted: wanted)
    with pytest.raises(DuplicateError) as refused:
        start(thread_url=f"{THREAD}page-2")
    assert refused.value.extra == {"existing_id": first.slug}


def test_a_thread_is_monitored_once_and_an_ended_one_is_taken_up_again(moments: list[datetime]):
    first = start(monitor_days=2)
    with pytest.raises(DuplicateError) as refused:
        start()
    assert refused.value.extra == {"existing_id": first.slug}

    moments.append(NOON + timedelta(days=2, minutes=1))
    check_due_threads()
    assert ForumThread.objects.get().status == "ended"
    with pytest.raises(TransitionRefusedError):
        services.update_monitor(first.slug, status="paused", user=None)
    assert start().pk == first.pk
    assert ForumThread.objects.get().status == "active"


def test_bad_urls_and_names_are_refused_by_their_field():
    for field, changes in {
        "thread_url": {"thread_url": "ftp://forum.example/thread/1"},
        "forum_name": {"forum_name": "a/b"},
    }.items():
        with pytest.raises(InvalidFieldsError) as refused:
            start(**changes)
        assert list(refused.value.field_errors) == [field]


def test_a_busy_thread_is_checked_sooner_and_a_quiet_one_later(moments: list[datetime]):
    start()
    intervals = []
    for downloaded in [5, 5, 5, 0, 0]:
        assert check_due_threads() == 1
        assert check_due_threads() == 0
        end_check("completed", downloaded=downloaded)
        thread = ForumThread.objects.get()
        intervals.append(thread.interval_seconds)
        moments.append(thread.next_check + timedelta(seconds=1))

    assert intervals == [1800, 900, int(SHORTEST.total_seconds()), 1350, 2025]
    assert (thread.files_found, thread.checks, thread.last_files) == (15, 5, 0)


def test_the_interval_never_exceeds_a_day(moments: list[datetime]):
    start(monitor_days=365)
    for _ in range(15):
        check_due_threads()
        end_check("completed")
        moments.append(ForumThread.objects.get().next_check + timedelta(seconds=1))

    assert ForumThread.objects.get().interval_seconds == LONGEST.total_seconds()


def test_a_deleted_thread_ends_its_monitor_and_another_failure_does_not(moments: list[datetime]):
    start()
    check_due_threads()
    end_check("failed", code="TIMEOUT")
    assert ForumThread.objects.get().status == "active"
    assert ForumThread.objects.get().last_error == "TIMEOUT"

    moments.append(ForumThread.objects.get().next_check)
    check_due_threads()
    end_check("failed", code="HTTP_404")
    assert ForumThread.objects.get().status == "ended"


def test_paused_threads_are_left_alone_until_resumed(moments: list[datetime]):
    slug = start().slug
    services.update_monitor(slug, status="paused", user=None)
    assert check_due_threads() == 0

    services.update_monitor(slug, status="active", user=None)
    assert check_due_threads() == 1


def test_cancelling_a_check_in_the_queue_lets_the_next_one_come(moments: list[datetime]):
    start()
    check_due_threads()
    cancel(item_id=QueueItem.objects.get().pk, user=None)

    moments.append(ForumThread.objects.get().next_check)
    assert check_due_threads() == 1
