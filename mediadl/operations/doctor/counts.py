"""The counts that transactions keep, against a slow and simple recount."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from downloads import cube
from mediadl.logs.counting import hour_of
from mediadl.logs.models import LogCount, LogRow
from mediadl.operations.doctor.findings import Finding
from queue_app.models import QueueCount, QueueItem


def check_counts() -> tuple[str, list[Finding]]:
    """Compare the statistics of downloads, queue and log with what they count."""
    checks: list[tuple[str, Callable[[], int], Callable[[], None]]] = [
        ("download statistics", _wrong_cells, _repair_cells),
        ("queue counts", _wrong_queue_counts, _repair_queue_counts),
        ("log counts", _wrong_log_counts, _repair_log_counts),
    ]
    return "Counts: recounted", [finding for check in checks if (finding := _finding(*check)) is not None]


def _finding(name: str, wrong: Callable[[], int], repair: Callable[[], None]) -> Finding | None:
    # A difference counts only if it is there at one moment too: writers wait for that look alone.
    if not wrong():
        return None
    with transaction.atomic():
        number = wrong()
    if not number:
        return None

    def mend() -> str:
        with transaction.atomic():
            repair()
        return f"Recounted the {name}."

    return Finding(f"{number} cells of the {name} are wrong", repair=mend, repair_plan=f"recount the {name}")


def _wrong_cells() -> int:
    return len(set(cube.recount()) ^ set(cube.stored_cells()))


def _repair_cells() -> None:
    cube.repair()


def _queue_recount() -> dict[tuple[str, str], int]:
    rows = QueueItem.objects.values("platform", "status").annotate(total=Count("id")).order_by()
    return {(row["platform"], row["status"]): row["total"] for row in rows}


def _wrong_queue_counts() -> int:
    kept = {(cell.platform, cell.status): cell.n for cell in QueueCount.objects.all() if cell.n}
    return len(set(_queue_recount().items()) ^ set(kept.items()))


def _repair_queue_counts() -> None:
    QueueCount.objects.all().delete()
    QueueCount.objects.bulk_create(
        QueueCount(platform=platform, status=status, n=n) for (platform, status), n in _queue_recount().items()
    )


def _log_recount() -> Counter[tuple[datetime, str, str]]:
    rows = LogRow.objects.values_list("timestamp", "level", "module").iterator()
    return Counter((hour_of(timestamp), level, module) for timestamp, level, module in rows)


def _wrong_log_counts() -> int:
    kept = {(cell.hour, cell.level, cell.module): cell.n for cell in LogCount.objects.all() if cell.n}
    return len(set(_log_recount().items()) ^ set(kept.items()))


def _repair_log_counts() -> None:
    LogCount.objects.all().delete()
    LogCount.objects.bulk_create(
        LogCount(hour=hour, level=level, module=module, n=n) for (hour, level, module), n in _log_recount().items()
    )
