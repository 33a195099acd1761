"""Reading jobs and their history, in the shapes of the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mediadl.clock import isoformat_seconds
from scheduler.cron import in_words
from scheduler.models import Job, Run


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and how many there are in all."""

    rows: Sequence[dict[str, Any]]
    total: int


def job_json(job: Job) -> dict[str, Any]:
    """A job as ``GET /scheduler/jobs`` shows it."""
    return {
        "id": job.slug,
        "name": job.name,
        "platform": job.platform,
        "source": job.source,
        "content_type": job.content_type,
        "schedule": job.schedule,
        "schedule_human": in_words(job.schedule),
        "enabled": job.enabled,
        "last_run": isoformat_seconds(job.last_run) if job.last_run else None,
        "last_run_status": job.last_run_status or None,
        "last_run_items": job.last_run_items,
        "next_run": isoformat_seconds(job.next_run) if job.next_run else None,
        "total_runs": job.total_runs,
        "success_count": job.success_count,
        "failure_count": job.failure_count,
        "config": job.config,
    }


def list_jobs(*, page: int = 1, per_page: int | None = None) -> Page:
    """All jobs by name, or one page of them; without ``per_page`` the first page has all."""
    jobs = Job.objects.order_by("name", "id")
    total = jobs.count()
    per_page = per_page or max(total, 1)
    shown = jobs[(page - 1) * per_page : page * per_page]
    return Page([job_json(job) for job in shown], total)


def run_json(run: Run) -> dict[str, Any]:
    """A run as ``GET /scheduler/history`` shows it."""
    seconds = (run.completed_at - run.started_at).total_seconds() if run.completed_at else None
    return {
        "id": run.pk,
        "job_id": run.job.slug,
        "started_at": isoformat_seconds(run.started_at),
        "completed_at": isoformat_seconds(run.completed_at) if run.completed_at else None,
        "duration_seconds": max(0, round(seconds)) if seconds is not None else None,
        "status": run.status,
        "items_downloaded": run.items_downloaded,
        "error_message": run.error_message,
        "due_at": isoformat_seconds(run.due_at) if run.due_at else None,
        "queue_id": run.queue_item_id,
    }


def history(*, job_id: str = "", status: str = "", limit: int = 100, page: int = 1) -> Page:
    """Runs, newest first; ``limit`` is the page's size."""
    runs = Run.objects.select_related("job")
    if job_id:
        runs = runs.filter(job__slug=job_id)
    if status:
        runs = runs.filter(status=status)
    total, offset = runs.count(), (page - 1) * limit
    length = min(limit, total - offset)
    if length <= 0:
        return Page([], total)
    behind = total - offset - length
    if behind < offset:  # counted from the nearer end
        found = list(runs.order_by("started_at", "id")[behind : behind + length])[::-1]
    else:
        found = list(runs.order_by("-started_at", "-id")[offset : offset + length])
    return Page([run_json(run) for run in found], total)


def next_scheduled() -> Job | None:
    """The enabled job that is due first."""
    return Job.objects.filter(enabled=True, next_run__isnull=False).order_by("next_run").first()
