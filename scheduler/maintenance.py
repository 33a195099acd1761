"""What keeps the installation in order without a person: small jobs, each about once an hour.

One row a job remembers when it is due. Who moves that on by a conditional update runs it, so any
number of schedulers may look. A job works in bounded steps: what it could not finish goes on at
the next look, some seconds later, so nothing here holds a thread or the database for long.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from mediadl import clock
from scheduler.models import MaintenanceRun

EVERY = timedelta(hours=1)
STEP_SECONDS = 3.0  # how long one step of a job may work
BEGIN_SECONDS = 3.0  # no step is begun later in one look: both together stay far below the ping's 15 s
_ERROR_CHARACTERS = 500
log = structlog.get_logger("System")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a job did.

    Attributes:
        count: how many rows or files it removed.
        finished: False where more is to be done at once.
        position: where the next step goes on.
    """

    count: int = 0
    finished: bool = True
    position: str = ""


@dataclass(frozen=True, slots=True)
class MaintenanceJob:
    """A job: ``step`` is called with the position where the last one stopped.

    Attributes:
        is_urgent: cheap; True lets it run before its hour is over.
    """

    name: str
    step: Callable[[str], Step]
    is_urgent: Callable[[], bool] | None = None


_jobs: dict[str, MaintenanceJob] = {}


def register_maintenance(*jobs: MaintenanceJob) -> None:
    """Have these done too; a job of the same name is replaced."""
    _jobs.update({job.name: job for job in jobs})


def run_due_maintenance() -> int:
    """Run one step of each job that is due, within some seconds; answers how many steps ran.

    A job that fails is logged, tried again in an hour, and stops no other one.
    """
    until = time.monotonic() + BEGIN_SECONDS
    rows = {row.name: row for row in MaintenanceRun.objects.all()}
    ran = 0
    for job in sorted(_jobs.values(), key=lambda job: _last_step(rows.get(job.name))):
        if time.monotonic() >= until:
            break
        row = rows.get(job.name) or _new_row(job.name)
        if _is_due(job, row) and _claim(row):
            _run(job, row)
            ran += 1
    return ran


def _last_step(row: MaintenanceRun | None) -> float:
    """What waited longest comes first, so a job that is never finished starves no other one."""
    return row.last_started.timestamp() if row and row.last_started else 0.0


def _new_row(name: str) -> MaintenanceRun:
    row, _made = MaintenanceRun.objects.get_or_create(name=name, defaults={"next_due": clock.now()})
    return row


def _is_due(job: MaintenanceJob, row: MaintenanceRun) -> bool:
    now = clock.now()
    # A clock that was set back must not stop the job for as long as it was ahead.
    if row.next_due <= now or row.next_due > now + EVERY:
        return True
    return job.is_urgent is not None and job.is_urgent()


def _claim(row: MaintenanceRun) -> bool:
    """Take the job; False where another scheduler was faster."""
    now = clock.now()
    mine = MaintenanceRun.objects.filter(pk=row.pk, next_due=row.next_due, last_started=row.last_started)
    if not mine.update(next_due=now + EVERY, last_started=now):
        return False
    row.next_due, row.last_started = now + EVERY, now
    return True


def _run(job: MaintenanceJob, row: MaintenanceRun) -> None:
    try:
        step = job.step(row.position)
    except Exception as error:
        log.exception("A maintenance job failed and is tried again in an hour", job=job.name)
        text = f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS]
        MaintenanceRun.objects.filter(pk=row.pk).update(last_error=text, last_error_at=clock.now(), position="")
        return
    total = row.count + step.count if row.unfinished else step.count
    MaintenanceRun.objects.filter(pk=row.pk).update(
        next_due=row.next_due if step.finished else clock.now(),
        last_ended=clock.now(),
        count=total,
        unfinished=not step.finished,
        position=step.position,
        last_error="",
    )
    if step.finished and total:
        log.info("Maintenance done", job=job.name, removed=total)
