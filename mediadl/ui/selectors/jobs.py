"""What pages read of the scheduler."""

from scheduler.models import Job


def job_count() -> int:
    """How many jobs there are, switched on or off."""
    return Job.objects.count()


def next_job() -> Job | None:
    """The job that is due first."""
    return Job.objects.filter(enabled=True, next_run__isnull=False).order_by("next_run", "id").first()
