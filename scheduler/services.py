"""Changing jobs: made, edited, removed, started by hand. When they run is in ``runs`` and ``ticks``."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from mediadl import clock
from mediadl.accounts.models import User
from mediadl.accounts.services import audit
from mediadl.api.errors import DuplicateError, InvalidFieldsError, NotFoundError
from scheduler.cron import ScheduleError, fields_of, next_due
from scheduler.models import Job, Run
from scheduler.requests import JobRequest, checked_request
from scheduler.runs import start_run

MAX_SLUG_TRIES = 1000


def schedule_zone() -> ZoneInfo:
    """The zone that schedules are matched in (``MEDIADL_TIME_ZONE``)."""
    return ZoneInfo(settings.SCHEDULE_TIME_ZONE)


def get_job(slug: str) -> Job:
    """The job whose API id is ``slug``.

    Raises:
        NotFoundError: there is none.
    """
    try:
        return Job.objects.get(slug=slug)
    except Job.DoesNotExist:
        raise NotFoundError(f"There is no job {slug!r}.") from None


def _checked_schedule(schedule: str) -> str:
    try:
        fields_of(schedule)
    except ScheduleError as error:
        raise InvalidFieldsError({"schedule": [str(error)]}) from error
    return " ".join(schedule.split())


def _slug(request: JobRequest) -> str:
    words = [request.platform, request.source, request.content_type]
    text = re.sub(r"[^a-z0-9_]+", "-", "-".join(filter(None, words)).lower()).strip("-")
    return text[:180] or request.platform


def _free_slug(wanted: str) -> str:
    taken = set(Job.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    if wanted not in taken:
        return wanted
    return next(slug for number in range(2, MAX_SLUG_TRIES) if (slug := f"{wanted}-{number}") not in taken)


def create_job(
    *,
    name: str,
    platform: str,
    source: str,
    content_type: str = "",
    schedule: str,
    enabled: bool = True,
    config: dict[str, Any] | None = None,
    user: User | None,
) -> Job:
    """A new job; ``next_run`` is its first due time, null while it is disabled.

    Raises:
        InvalidFieldsError: a schedule that is never due, a source or config the platform refuses.
        DuplicateError: there is a job for the same platform, source, content type and downloader.
    """
    request = checked_request(platform=platform, source=source, content_type=content_type, config=config or {})
    cron = _checked_schedule(schedule)
    now = clock.now()
    with transaction.atomic():
        existing = Job.objects.filter(
            platform=request.platform,
            source=request.source,
            content_type=request.content_type,
            downloader=request.downloader,
        ).first()
        if existing:
            raise DuplicateError(existing.slug, f"The job {existing.name!r} already follows this source.")
        try:
            job = Job.objects.create(
                slug=_free_slug(_slug(request)),
                name=name,
                platform=request.platform,
                source=request.source,
                content_type=request.content_type,
                downloader=request.downloader,
                schedule=cron,
                enabled=enabled,
                config=config or {},
                created_at=now,
                created_by_id=user.pk if user else None,
                next_run=next_due(cron, now, schedule_zone()) if enabled else None,
            )
        except IntegrityError as error:  # another request made it between the look and the write
            raise DuplicateError(None, "A job for this source was made at the same moment.") from error
        audit(user, "scheduler.create", target=job.slug, detail={"schedule": cron})
    return job


def update_job(
    slug: str,
    *,
    name: str | None = None,
    schedule: str | None = None,
    enabled: bool | None = None,
    config: dict[str, Any] | None = None,
    user: User | None,
) -> Job:
    """Change what is given; the next run follows the schedule and the switch.

    Raises:
        NotFoundError, InvalidFieldsError: as for a new job. The downloader of a job is part of
            what it is: another one needs another job, and a config without one keeps it.
    """
    cron = _checked_schedule(schedule) if schedule is not None else None
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(slug=slug).first() or get_job(slug)
        if config is not None:
            request = checked_request(
                platform=job.platform, source=job.source, content_type=job.content_type, config=config
            )
            if request.downloader not in ("", job.downloader):
                raise InvalidFieldsError({"config": ["The downloader of a job cannot change; make a new job."]})
            job.config = {**config, "downloader": job.downloader} if job.downloader else config
        job.name = job.name if name is None else name
        timing_changed = (cron or job.schedule, job.enabled if enabled is None else enabled) != (
            job.schedule,
            job.enabled,
        )
        job.schedule = cron or job.schedule
        job.enabled = job.enabled if enabled is None else enabled
        if timing_changed:
            job.next_run = next_due(job.schedule, clock.now(), schedule_zone()) if job.enabled else None
        job.save(update_fields=["name", "schedule", "enabled", "config", "next_run"])
        audit(user, "scheduler.update", target=slug, detail={"schedule": job.schedule, "enabled": job.enabled})
    return job


def delete_job(slug: str, *, user: User | None) -> None:
    """Remove the job and its history; what it downloaded and what it has queued stays.

    Raises:
        NotFoundError: there is none.
    """
    with transaction.atomic():
        get_job(slug).delete()
        audit(user, "scheduler.delete", target=slug)


def run_now(slug: str, *, user: User | None) -> Run:
    """Start a run by hand, also of a disabled job; the schedule stays as it is.

    Raises:
        NotFoundError: there is no such job.
        JobAlreadyRunningError: its last run has not ended.
        ApiError: the queue refused the request (a disabled platform, for instance).
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(slug=slug).first() or get_job(slug)
        run = start_run(job, due_at=None, user=user)
        audit(user, "scheduler.run", target=slug)
    return run
