"""The life of a run: it starts with a queue item and ends when that ends."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from mediadl import clock
from mediadl.accounts.models import User
from mediadl.api.errors import ApiError, DuplicateError, JobAlreadyRunningError
from mediadl.failpoints import reach
from mediadl.plain_sql import marks, select, table_of
from queue_app.models import QueueItem
from queue_app.services import enqueue
from queue_app.states import Status
from scheduler.models import Job, Run, RunStatus
from scheduler.requests import checked_request, refusal_of

REMOVED = "The queue item of this run was removed before it ended."


def _enqueue(job: Job, user: User | None) -> QueueItem:
    request = checked_request(
        platform=job.platform, source=job.source, content_type=job.content_type, config=job.config
    )
    try:
        with transaction.atomic():
            return enqueue(
                url=request.url,
                platform=request.platform,
                source=request.source,
                content_type=request.content_type,
                downloader=request.downloader,
                priority=request.priority,
                max_downloads=request.max_downloads,
                days_back=request.days_back,
                metadata=request.metadata,
                user=user,
            )
    except DuplicateError as error:
        # Somebody asked for the very same and it has not ended: the run goes along with it.
        existing = QueueItem.objects.filter(pk=error.extra.get("existing_id", 0)).first()
        if existing is None:
            raise
        return existing


def is_running(job: Job) -> bool:
    """Whether a run of this job has not ended yet."""
    return Run.objects.filter(job=job, status=RunStatus.RUNNING).exists()


def start_run(job: Job, *, due_at: datetime | None, user: User | None = None) -> Run:
    """Queue the job's request and record the run, in the caller's transaction.

    A scheduled run that the queue refuses is recorded as a failure with the reason; one that is
    started by hand raises it.

    Raises:
        JobAlreadyRunningError: by hand, while its last run goes on.
        ApiError: by hand, when the queue refused the request.
    """
    reach("schedule.before_start")
    now = clock.now()
    if is_running(job):
        if due_at is None:
            raise JobAlreadyRunningError
        return Run.objects.create(
            job=job,
            due_at=due_at,
            started_at=now,
            completed_at=now,
            status=RunStatus.SKIPPED,
            task_id=uuid.uuid4(),
            error_message="The run before had not ended.",
        )
    try:
        item = _enqueue(job, user)
    except ApiError as error:
        if due_at is None:
            raise
        run = Run.objects.create(job=job, due_at=due_at, started_at=now, status=RunStatus.RUNNING, task_id=uuid.uuid4())
        _end(run, succeeded=False, items=0, message=refusal_of(error))
        return run
    Job.objects.filter(pk=job.pk).update(last_run=now)
    return Run.objects.create(
        job=job,
        due_at=due_at,
        started_at=now,
        status=RunStatus.RUNNING,
        task_id=item.task_id,
        queue_item_id=item.pk,
    )


def _end(run: Run, *, succeeded: bool, items: int, message: str | None) -> None:
    status = RunStatus.SUCCESS if succeeded else RunStatus.FAILURE
    ended = Run.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        status=status, completed_at=clock.now(), items_downloaded=items, error_message=message
    )
    if not ended:
        return  # it was ended by somebody else: its counts are in
    Job.objects.filter(pk=run.job_id).update(
        last_run=run.started_at,
        last_run_status=status,
        last_run_items=items,
        total_runs=F("total_runs") + 1,
        success_count=F("success_count") + int(succeeded),
        failure_count=F("failure_count") + int(not succeeded),
    )


def items_with_runs(item_ids: Sequence[int]) -> set[int]:
    """Which of these queue items a running run waits for."""
    ids = list(item_ids)
    statement = f"SELECT queue_item_id FROM {table_of(Run)} WHERE queue_item_id IN ({marks(ids)}) AND status = %s"  # noqa: S608
    return {row[0] for row in select(statement, [*ids, RunStatus.RUNNING.value])}


def end_runs_of(item: QueueItem) -> None:
    """Called by the queue, in the transaction in which ``item`` ended or was removed."""
    for run in Run.objects.filter(queue_item_id=item.pk, status=RunStatus.RUNNING):
        succeeded = item.status == Status.COMPLETED
        message = item.error_message
        if not succeeded and not message:
            message = "Cancelled in the queue." if item.status == Status.CANCELLED else REMOVED
        _end(run, succeeded=succeeded, items=item.items_downloaded, message=message)


def end_orphaned_runs() -> int:
    """End running runs whose queue item is gone; answers how many there were."""
    orphaned = [
        run
        for run in Run.objects.filter(status=RunStatus.RUNNING)
        if run.queue_item_id is None or not QueueItem.objects.filter(pk=run.queue_item_id).exists()
    ]
    for run in orphaned:
        with transaction.atomic():
            _end(run, succeeded=False, items=0, message=REMOVED)
    return len(orphaned)
