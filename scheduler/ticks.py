"""What is due now: each due time starts exactly once, with any number of schedulers.

A tick claims a due job by moving its ``next_run`` on with a conditional update; who changed the
row starts the run, in the same transaction. Missed times (the server was down, the clock jumped)
are one run: the next one lies after the present. A clock that goes back changes nothing, since
``next_run`` is stored.
"""

from datetime import datetime

import structlog
from django.db import transaction

from mediadl import clock
from scheduler.cron import next_due
from scheduler.models import Job, Run
from scheduler.monitors.checks import check_due_threads
from scheduler.runs import end_orphaned_runs, start_run
from scheduler.services import schedule_zone

log = structlog.get_logger("Scheduler")


def _claim(job: Job, now: datetime) -> bool:
    """Move the job's next run past ``now``; True where nobody else was faster."""
    following = next_due(job.schedule, now, schedule_zone())
    claimed = Job.objects.filter(pk=job.pk, enabled=True, next_run=job.next_run).update(
        next_run=following, last_due=job.next_run
    )
    return claimed == 1


def _start_if_due(job: Job, now: datetime) -> Run | None:
    with transaction.atomic():
        if not _claim(job, now):
            return None
        job.refresh_from_db()
        run = start_run(job, due_at=job.last_due)
    log.info("Started a job", name=job.name, job_id=job.slug, due_at=str(job.last_due), status=run.status)
    return run


def tick() -> int:
    """Start every job and thread check that is due; answers how many runs of jobs this call recorded."""
    now = clock.now()
    end_orphaned_runs()
    check_due_threads()
    due = Job.objects.filter(enabled=True, next_run__lte=now).order_by("next_run")
    return sum(_start_if_due(job, now) is not None for job in due)
