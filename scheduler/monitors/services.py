"""Monitors of forum threads: started, paused, extended, removed, checked by hand."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q

from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import DuplicateError, InvalidFieldsError, NotFoundError, TransitionRefusedError
from mediadl.net.urls import url_hash
from platforms.contract import SourceError
from platforms.forum.thread_urls import thread_identity, thread_number
from platforms.sources import clean_label
from queue_app.models import QueueItem
from queue_app.requests import checked_url
from scheduler.models import ForumThread, ThreadStatus
from scheduler.monitors.checks import FIRST_INTERVAL, start_check

DEFAULT_DAYS = 30
MAX_DAYS = 365
MAX_SLUG_TRIES = 1000


def get_thread(slug: str) -> ForumThread:
    """The monitored thread whose API id is ``slug``.

    Raises:
        NotFoundError: there is none.
    """
    try:
        return ForumThread.objects.get(slug=slug)
    except ForumThread.DoesNotExist:
        raise NotFoundError(f"There is no monitored thread {slug!r}.") from None


def thread_slug(url: str) -> str:
    """``thread-123`` for a thread's number, else the last part of its path."""
    number = thread_number(url)
    if re.fullmatch(r"[0-9]{1,100}", number):  # what stands in a query may be anything
        return f"thread-{number}"
    last = next((part for part in reversed(urlsplit(url).path.split("/")) if part), "")
    digits = re.findall(r"\d+", last)
    words = digits[-1] if digits else re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")
    return f"thread-{words[:100] or url_hash(url)[:12]}"


def _free_slug(wanted: str) -> str:
    taken = set(ForumThread.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    if wanted not in taken:
        return wanted
    return next(slug for number in range(2, MAX_SLUG_TRIES) if (slug := f"{wanted}-{number}") not in taken)


def _known_thread(url: str) -> ForumThread | None:
    """The monitor of the thread that ``url`` leads to, whatever its spelling; one that goes on before an ended one."""
    identity, hashed = thread_identity(url), url_hash(url)
    # A thread with a number has it in its id, so that few rows have to be looked at.
    alike = Q(url_hash=hashed) | Q(slug__startswith=thread_slug(url))
    rows = ForumThread.objects.select_for_update().filter(alike).order_by("pk")
    same = [row for row in rows if row.url_hash == hashed or (identity and thread_identity(row.url) == identity)]
    return min(same, key=lambda row: row.status == ThreadStatus.ENDED, default=None)


def _clean_name(forum_name: str) -> str:
    try:
        return clean_label(forum_name)
    except SourceError as error:
        raise InvalidFieldsError({"forum_name": [str(error)]}) from error


def start_monitor(
    *,
    forum_name: str,
    thread_url: str,
    thread_title: str = "",
    monitor_days: int = DEFAULT_DAYS,
    user: AbstractBaseUser | None,
) -> ForumThread:
    """Look at a thread from now on; one that had ended is taken up again.

    Raises:
        InvalidFieldsError: the URL or the name cannot be used.
        DuplicateError: the thread is monitored already.
    """
    name = _clean_name(forum_name)
    url = checked_url(thread_url, "thread_url")
    try:
        return _start(name, url, thread_title, monitor_days, user)
    except IntegrityError:  # another request made it, or took its id, between the look and the write
        return _start(name, url, thread_title, monitor_days, user)


@transaction.atomic
def _start(name: str, url: str, title: str, days: int, user: AbstractBaseUser | None) -> ForumThread:
    now = clock.now()
    known = _known_thread(url)
    if known and known.status != ThreadStatus.ENDED:
        raise DuplicateError(known.slug, "This thread is monitored already; extend or resume it instead.")
    thread = known or ForumThread(slug=_free_slug(thread_slug(url)), url=url, url_hash=url_hash(url), created_at=now)
    thread.forum_name = name
    thread.title = title or thread.title
    thread.status = ThreadStatus.ACTIVE
    thread.monitor_until = now + timedelta(days=days)
    thread.interval_seconds = int(FIRST_INTERVAL.total_seconds())
    thread.next_check = now
    thread.last_error = ""
    thread.save()
    audit(user, "monitor.start", target=thread.slug, detail={"url": url})
    return thread


def update_monitor(
    slug: str,
    *,
    status: str | None = None,
    monitor_days: int | None = None,
    thread_title: str | None = None,
    user: AbstractBaseUser | None,
) -> ForumThread:
    """Pause, resume or rename; ``monitor_days`` counts from now and also takes up an ended one.

    Raises:
        NotFoundError: there is no such thread.
        TransitionRefusedError: an ended one cannot be paused or resumed without more days.
    """
    with transaction.atomic():
        thread = ForumThread.objects.select_for_update().filter(slug=slug).first() or get_thread(slug)
        if monitor_days is not None:
            thread.monitor_until = clock.now() + timedelta(days=monitor_days)
            if thread.status == ThreadStatus.ENDED:
                thread.status = ThreadStatus.ACTIVE
        elif status is not None and thread.status == ThreadStatus.ENDED:
            raise TransitionRefusedError("This monitor has ended; give monitor_days to take it up again.")
        if status is not None:
            thread.status = status
        if thread_title is not None:
            thread.title = thread_title
        thread.next_check = (thread.next_check or clock.now()) if thread.status == ThreadStatus.ACTIVE else None
        thread.save()
        audit(user, "monitor.update", target=slug, detail={"status": thread.status})
    return thread


def delete_monitor(slug: str, *, user: AbstractBaseUser | None) -> None:
    """Forget the monitor; what it downloaded stays.

    Raises:
        NotFoundError: there is none.
    """
    with transaction.atomic():
        get_thread(slug).delete()
        audit(user, "monitor.delete", target=slug)


def check_now(slug: str, *, user: AbstractBaseUser | None) -> QueueItem:
    """Look at the thread now, whatever its status.

    Raises:
        NotFoundError: there is no such thread.
        ApiError: the queue refused the request.
    """
    with transaction.atomic():
        thread = ForumThread.objects.select_for_update().filter(slug=slug).first() or get_thread(slug)
        item = start_check(thread, user)
        audit(user, "monitor.check", target=slug)
    return item
