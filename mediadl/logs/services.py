"""Clearing the log."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.logs import daily_files
from mediadl.logs.counting import add_counts
from mediadl.logs.models import LogCount, LogRow

DELETE_BATCH_ROWS = 2000  # a short transaction, so that nobody waits for it


@dataclass(frozen=True, slots=True)
class Cleared:
    """What went."""

    files: int
    bytes: int
    rows: int


def clear_logs(*, older_than_days: int, user: Any = None, max_rows: int | None = None) -> Cleared:
    """Delete the files and rows of days that ended more than ``older_than_days`` days ago (UTC).

    Args:
        older_than_days: 1 keeps today and yesterday.
        user: who asked for it; None for maintenance, which leaves no audit entry.
        max_rows: leave the rest for the next time once so many went.
    """
    try:
        first_kept = clock.now().date() - timedelta(days=older_than_days)
    except OverflowError:
        return Cleared(0, 0, 0)
    files, size = daily_files.delete_before(settings.LOGS_DIR, first_kept)
    rows = _delete_rows_before(datetime.combine(first_kept, time(), UTC), max_rows)
    if user is not None:
        detail = {"older_than_days": older_than_days, "files": files, "rows": rows}
        audit(user, "logs.clear", detail=detail)
    return Cleared(files, size, rows)


def _delete_rows_before(moment: datetime, max_rows: int | None) -> int:
    deleted = 0
    while max_rows is None or deleted < max_rows:
        with transaction.atomic():
            batch = list(
                LogRow.objects.filter(timestamp__lt=moment)
                .order_by("timestamp", "id")
                .values_list("id", "timestamp", "level", "module")[:DELETE_BATCH_ROWS]
            )
            if not batch:
                LogCount.objects.filter(hour__lt=moment, n__lte=0).delete()
                return deleted
            LogRow.objects.filter(id__in=[row[0] for row in batch]).delete()
            add_counts({key: -n for key, n in Counter(row[1:] for row in batch).items()})
        deleted += len(batch)
    return deleted
