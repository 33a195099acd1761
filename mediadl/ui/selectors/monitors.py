"""What pages read of the forum monitors."""

from datetime import timedelta

from mediadl import clock
from scheduler.models import ForumThread, ThreadStatus

ENDS_SOON = timedelta(days=2)


def threads() -> list[ForumThread]:
    """Monitored threads, active ones first."""
    order = {ThreadStatus.ACTIVE.value: 0, ThreadStatus.PAUSED.value: 1}
    return sorted(ForumThread.objects.order_by("title", "id"), key=lambda thread: order.get(thread.status, 2))


def ends_soon(thread: ForumThread) -> bool:
    """Whether a monitor's time is nearly over, or over."""
    return thread.monitor_until - clock.now() < ENDS_SOON
