"""The demo archive's queue: items in every state, with outcomes, tries and paces."""

import hashlib
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count

from downloads.models import Download
from mediadl import clock
from mediadl.accounts.models import User
from mediadl.events.progress import progress_key
from mediadl.events.services import Event, publish_many
from mediadl.media import OutcomeKind
from queue_app.models import Attempt, Outcome, QueueCount, QueueItem
from queue_app.states import LIST_RANK, Status

_INSTAGRAM = "https://www.instagram.com"
_TIKTOK = "https://www.tiktok.com"
_FORUM = "https://picturepub.example/threads"
_SOON_MINUTES = 50
_LONG_TITLE = "Old town walks, winter light and the streets behind the market"


def _insta(source: str, content_type: str = "posts", **columns: Any) -> dict[str, Any]:
    url = f"{_INSTAGRAM}/{source}/"
    return {"platform": "instagram", "source": source, "url": url, "content_type": content_type, **columns}


def _videos(name: str, **columns: Any) -> dict[str, Any]:
    return {
        "platform": "tiktok",
        "source": "wingbeat",
        "url": f"{_TIKTOK}/@{name}",
        "content_type": "videos",
        **columns,
    }


def _thread(number: int, title: str, **columns: Any) -> dict[str, Any]:
    url, metadata = f"{_FORUM}/{number}", {"thread_title": title}
    return {"platform": "forum", "source": "PicturePub", "url": url, "metadata": metadata, **columns}


def _files(total: int, done: int, skipped: int = 0, failed: int = 0, progress: int = 0) -> dict[str, Any]:
    return {
        "items_total": total,
        "items_listed": total,
        "items_downloaded": done,
        "items_skipped": skipped,
        "items_failed": failed,
        "progress": progress,
        "listing_ended": True,
    }


# Status, columns, outcomes as letters (d: downloaded, s: skipped, f: failed, a dot: to come).
_ITEMS: list[tuple[Status, dict[str, Any], str]] = [
    (
        Status.DOWNLOADING,
        _insta("savanna.daily", downloader="fastdl", priority=1, max_downloads=15, **_files(20, 10, 2, 1, 67)),
        "dddddssddfddd.......",
    ),
    (Status.DOWNLOADING, _videos("wingbeat", priority=3, **_files(10, 4, progress=43)), ""),
    (Status.DOWNLOADING, _thread(4711, _LONG_TITLE, **_files(640, 412, progress=64)), ""),
    (Status.DOWNLOADING, {"url": "https://archive.example/albums/night-skies", "items_listed": 31}, ""),
    (Status.PENDING, _insta("harvest.table", "stories", priority=2, reason="slots_busy"), ""),
    (
        Status.PENDING,
        _insta("nightskies", reason="rate_limited", error_message="Toolzu: 30 of 30 used this hour"),
        "",
    ),
    (
        Status.PENDING,
        _thread(
            9,
            "Big cats of the Serengeti",
            reason="retry_wait",
            attempts=1,
            error_message="The site did not answer within 30 s.",
        ),
        "",
    ),
    (Status.PAUSED, _videos("runningfast", **_files(10, 5, progress=56)), "ddddd....."),
    (
        Status.FAILED,
        _insta(
            "private.diary",
            error_code="LOGIN_REQUIRED",
            error_message="The account is private. Upload the cookies of a follower.",
        ),
        "",
    ),
    (
        Status.COMPLETED,
        {**_insta("savanna.daily", **_files(15, 12, 3, progress=100)), "url": f"{_INSTAGRAM}/primates.world/"},
        "d" * 12 + "sss",
    ),
]
_PACES = ((2.5, 45), (3.1, 120), (0.8, 360))  # MB/s and seconds left of the first running ones


def _item(number: int, status: Status, columns: dict[str, Any]) -> QueueItem:
    now = clock.now()
    running = status is Status.DOWNLOADING
    ended = status in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)
    values: dict[str, Any] = {
        "url": f"https://archive.example/albums/{number}",
        "url_hash": hashlib.sha256(f"item{number}".encode()).hexdigest(),
        "platform": "web",
        "source": "archive.example",
        "priority": 5,
        "list_rank": LIST_RANK[status],
        "status": status.value,
        "max_attempts": 4,
        "attempts": int(running or ended),
        "created_date": now - timedelta(minutes=20),
        "started_at": now - timedelta(minutes=10) if running or ended else None,
        "ended_at": now - timedelta(minutes=9, seconds=22) if ended else None,
        "lease_worker": "demo" if running else None,
        "lease_expires_at": now + timedelta(days=1) if running else None,
        "created_by": User.objects.first(),
        **columns,
    }
    values.setdefault("list_order", -number if ended else values["priority"])
    if values.get("reason") in ("rate_limited", "retry_wait"):
        values["next_attempt_at"] = now + timedelta(minutes=_SOON_MINUTES)
    return QueueItem.objects.create(**values)


_GONE = "The site answered 404: its owner removed it. It is not tried again by itself."
_KINDS = {"d": OutcomeKind.DOWNLOADED, "s": OutcomeKind.SKIPPED, "f": OutcomeKind.FAILED, ".": OutcomeKind.LISTED}
_REASONS = {"s": "known", "f": "HTTP_404"}


def _outcomes(item: QueueItem, kinds: str) -> None:
    pictures = list(Download.objects.filter(has_thumbnail=True).values_list("id", flat=True)[: len(kinds)])
    for position, letter in enumerate(kinds):
        Outcome.objects.create(
            item=item,
            position=position,
            media_id=f"{item.pk}-{position}",
            url=f"{item.url}/{position}",
            outcome=_KINDS[letter].value,
            reason=_REASONS.get(letter, ""),
            detail=_GONE if letter == "f" else "",
            download_id=pictures[position % len(pictures)] if pictures and letter in "ds" else None,
        )


def add_queue(waiting: int) -> None:
    """Items in every state, and ``waiting`` more that wait their turn."""
    now = clock.now()
    items = []
    for number, (status, columns, kinds) in enumerate(_ITEMS, 1):
        items.append(_item(number, status, columns))
        _outcomes(items[-1], kinds)
    for number in range(waiting):
        _item(100 + number, Status.PENDING, {"url": f"https://archive.example/albums/palaces-{8 + number}"})
    Attempt.objects.create(
        item=items[0],
        number=1,
        started_at=now - timedelta(minutes=9),
        ended_at=now,
        worker="demo",
        error_message="timed out after 30 s",
    )
    Attempt.objects.create(item=items[0], number=2, started_at=now - timedelta(minutes=8), worker="demo")
    QueueCount.objects.all().delete()
    for row in QueueItem.objects.values("platform", "status").annotate(n=Count("id")):
        QueueCount.objects.create(**row)
    with transaction.atomic():
        publish_many(progress_event(item, *pace) for item, pace in zip(items, _PACES, strict=False))


def progress_event(item: QueueItem, speed: float, left: int) -> Event:
    """A progress event in the specification's shape."""
    data = {
        "queue_id": item.pk,
        "url": item.url,
        "platform": item.platform,
        "source": item.source,
        "status": item.status,
        "progress": item.progress,
        "items_downloaded": item.items_downloaded,
        "items_total": item.items_total,
        "current_item": "savanna.daily_20251012_141523_3141592653.jpg",
        "speed_mbps": speed * 8,
        "eta_seconds": left,
    }
    return Event("download_progress", data, key=progress_key(item.pk))
