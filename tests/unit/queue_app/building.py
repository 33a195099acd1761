"""Builders with good defaults, and running a drain until it is idle."""

import io
import random
import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from mediadl import clock
from mediadl.configuration import services as configuration
from mediadl.configuration.selectors import forget_cached_values
from mediadl.media import MediaItem
from queue_app import services
from queue_app.engine.session import DrainSession
from queue_app.engine.stop_flag import StopFlag
from queue_app.models import QueueItem
from tests.unit.queue_app import fake_site

NEWEST = datetime(2025, 10, 12, 14, 15, 23, tzinfo=UTC)


def picture(seed: int = 0, *, side: int = 96) -> bytes:
    """A small JPEG, another one for each seed."""
    image = Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def media(media_id: str, url: str, **fields: Any) -> MediaItem:
    """A media item of the fake site."""
    values: dict[str, Any] = {
        "page_url": f"https://{fake_site.HOST}/p/{media_id}",
        "candidates": (url,),
        "content_type": "post",
        "post_date": NEWEST,
    }
    return MediaItem(media_id=media_id, **(values | fields))


def days_ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


def enqueue(url: str = fake_site.URL, **fields: Any) -> QueueItem:
    return services.enqueue(url=url, **fields)


def drain(*, linger: float = 0.0) -> None:
    """Work the queue off in this thread until nothing can run."""
    DrainSession(StopFlag(), linger_seconds=linger).run()


@contextmanager
def drain_running(linger: float = 60.0):
    """A drain in a thread; stopped and joined at the end."""
    flag = StopFlag()
    session = DrainSession(flag, linger_seconds=linger)
    thread = threading.Thread(target=session.run, daemon=True)
    thread.start()
    try:
        yield session
    finally:
        flag.set()
        thread.join(20)
        assert not thread.is_alive()


def eventually(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait until ``condition`` holds; fails the test if it never does."""
    deadline = clock.monotonic() + seconds
    waiter = threading.Event()
    while clock.monotonic() < deadline:
        if answer := condition():
            return answer
        waiter.wait(0.02)
    raise AssertionError("it did not happen in time")


def change_settings(**patch: Any) -> None:
    """Change settings as an admin does; seen at once by this process."""
    configuration.change(patch, user=None)
    forget_cached_values()


def fresh(item: QueueItem) -> QueueItem:
    return QueueItem.objects.get(pk=item.pk)
