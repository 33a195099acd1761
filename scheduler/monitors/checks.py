"""When a thread is looked at, and how often: the busier it is, the sooner again.

A check is a queue item. New files halve the interval, none lengthen it, between a quarter of an
hour and a day (design: platforms.md, Monitor).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from mediadl import clock
from mediadl.api.errors import ApiError, DuplicateError
from mediadl.media import FailureKind
from mediadl.notifications.kinds import Kind
from mediadl.notifications.services import notify
from mediadl.plain_sql import marks, select, table_of
from platforms.forum.walk_position import AFTER
from queue_app.models import QueueItem
from queue_app.services import enqueue
from queue_app.states import Status
from scheduler.models import ForumThread, ThreadStatus
from scheduler.monitors.progress import progress_of
from scheduler.requests import refusal_of

SHORTEST = timedelta(minutes=15)
FIRST_INTERVAL = timedelta(hours=1)
LONGEST = timedelta(hours=24)
_GONE = {FailureKind.GONE.name, "HTTP_404", "HTTP_410", "THREAD_GONE"}


def start_check(thread: ForumThread, user: AbstractBaseUser | None) -> QueueItem:
    """Queue a look at the thread, or go along with one that has not ended; in the caller's transaction.

    Raises:
        ApiError: the queue refused the request.
    """
    try:
        with transaction.atomic():
            item = enqueue(
                url=thread.url,
                platform="forum",
                source=thread.forum_name,
                metadata={AFTER: thread.last_post},
                user=user,
            )
    except DuplicateError as error:
        running = QueueItem.objects.filter(pk=error.extra.get("existing_id", 0)).first()
        if running is None:
            raise
        item = running
    ForumThread.objects.filter(pk=thread.pk).update(queue_item_id=item.pk)
    return item


def items_with_threads(item_ids: Sequence[int]) -> set[int]:
    """Which of these queue items are the check of a thread."""
    table, ids = table_of(ForumThread), list(item_ids)
    return {row[0] for row in select(f"SELECT queue_item_id FROM {table} WHERE queue_item_id IN ({marks(ids)})", ids)}  # noqa: S608


def check_ended(item: QueueItem) -> None:
    """Called by the queue, in the transaction in which ``item`` ended or was removed."""
    now = clock.now()
    for thread in ForumThread.objects.filter(queue_item_id=item.pk):
        found, seen = item.items_downloaded, progress_of(item, thread.last_post)
        interval = timedelta(seconds=thread.interval_seconds)
        interval = interval / 2 if found else interval * 1.5
        interval = min(max(interval, SHORTEST), LONGEST)
        is_gone = item.status == Status.FAILED and item.error_code in _GONE
        changes: dict[str, object] = {
            "queue_item_id": None,
            "last_check": now,
            "checks": F("checks") + 1,
            "files_found": F("files_found") + found,
            "last_files": found,
            "posts_found": F("posts_found") + seen.posts,
            "last_posts": seen.posts,
            "last_post": seen.last_post,
            "last_error": "" if item.status == Status.COMPLETED else (item.error_message or "Cancelled in the queue."),
            "interval_seconds": int(interval.total_seconds()),
        }
        if is_gone:
            changes |= {"status": ThreadStatus.ENDED, "next_check": None}
            _tell_ended(thread, "it is gone from the forum")
        elif thread.status == ThreadStatus.ACTIVE:
            changes["next_check"] = now + interval
        ForumThread.objects.filter(pk=thread.pk).update(**changes)


def _tell_ended(thread: ForumThread, why: str) -> None:
    words = f"{thread.title or thread.forum_name} is no longer looked at: {why}."
    notify(Kind.THREAD_ENDED, "Thread Ended", words, f"/history?source={quote(thread.forum_name, safe='')}")


def _end_if_over(thread: ForumThread) -> None:
    with transaction.atomic():
        ended = ForumThread.objects.filter(pk=thread.pk, status=ThreadStatus.ACTIVE).update(
            status=ThreadStatus.ENDED, next_check=None
        )
        if ended:
            _tell_ended(thread, "its time is over")


def _check_if_due(thread: ForumThread, now: datetime) -> bool:
    following = now + timedelta(seconds=thread.interval_seconds)
    with transaction.atomic():
        claimed = ForumThread.objects.filter(
            pk=thread.pk, status=ThreadStatus.ACTIVE, next_check=thread.next_check
        ).update(next_check=following)
        if not claimed:
            return False
        try:
            start_check(thread, None)
        except ApiError as error:
            ForumThread.objects.filter(pk=thread.pk).update(last_error=refusal_of(error))
    return True


def check_due_threads() -> int:
    """Start the checks that are due and end the monitors whose time is over; answers how many started."""
    now = clock.now()
    for thread in ForumThread.objects.filter(status=ThreadStatus.ACTIVE, monitor_until__lte=now):
        _end_if_over(thread)
    due = ForumThread.objects.filter(status=ThreadStatus.ACTIVE, next_check__lte=now).order_by("next_check")
    return sum(_check_if_due(thread, now) for thread in due)
