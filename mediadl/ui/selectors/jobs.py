"""What pages read of the scheduler."""

from scheduler.models import Job, Run


def job_count() -> int:
    """How many jobs there are, switched on or off."""
    return Job.objects.count()


def next_job() -> Job | None:
    """The job that is due first."""
    return Job.objects.filter(enabled=True, next_run__isnull=False).order_by("next_run", "id").first()


def all_jobs(search: str = "") -> list[Job]:
    """Jobs that are switched on first, by when they run next."""
    jobs = Job.objects.all()
    if search:
        jobs = jobs.filter(name__icontains=search) | jobs.filter(source__icontains=search)
    return sorted(jobs, key=lambda job: (not job.enabled, job.next_run is None, job.next_run or job.created_at))


def runs(job_id: str, status: str, most: int) -> list[Run]:
    """What ran, newest first."""
    found = Run.objects.select_related("job")
    if job_id:
        found = found.filter(job__slug=job_id)
    if status:
        found = found.filter(status=status)
    return list(found.order_by("-started_at", "-id")[:most])
