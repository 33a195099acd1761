"""Jobs that repeat on a cron schedule, their runs, and the queue items of a run."""

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """A request that repeats; ``slug`` is the API's id."""

    slug = models.SlugField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    platform = models.CharField(max_length=40)
    source = models.CharField(max_length=120)
    content_type = models.CharField(max_length=20, blank=True)
    downloader = models.CharField(max_length=40, blank=True)
    schedule = models.CharField(max_length=120)
    enabled = models.BooleanField(default=True)
    config = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    next_run = models.DateTimeField(null=True)
    last_due = models.DateTimeField(null=True)  # the due time that the newest scheduled run answers
    last_run = models.DateTimeField(null=True)
    last_run_status = models.CharField(max_length=10, blank=True)
    last_run_items = models.PositiveIntegerField(default=0)
    total_runs = models.PositiveIntegerField(default=0)
    success_count = models.PositiveIntegerField(default=0)
    failure_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "source", "content_type", "downloader"], name="job_request_once"
            ),
        ]
        indexes = [
            models.Index(fields=["next_run"], name="job_next_run", condition=Q(enabled=True)),
        ]

    def __str__(self) -> str:
        return self.name


class RunStatus(models.TextChoices):
    """How a run went (``success`` and ``failure`` as in the spec)."""

    RUNNING = "running", "Running"
    SUCCESS = "success", "Success"
    FAILURE = "failure", "Failure"
    SKIPPED = "skipped", "Skipped"


class Run(models.Model):
    """One execution of a job; it ends when its queue item ends."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="runs")
    due_at = models.DateTimeField(null=True)  # null: started by hand
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=RunStatus.choices)
    items_downloaded = models.PositiveIntegerField(default=0)
    error_message = models.TextField(null=True)  # noqa: DJ001 - null in the API
    task_id = models.UUIDField()
    queue_item_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "due_at"], name="run_due_once"),
            models.UniqueConstraint(fields=["job"], condition=Q(status="running"), name="run_one_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="run_start"),
            models.Index(fields=["job", "-started_at", "-id"], name="run_job_start"),
            models.Index(fields=["status", "-started_at", "-id"], name="run_status_start"),
            models.Index(fields=["queue_item_id"], name="run_queue_item"),
        ]

    def __str__(self) -> str:
        return f"run of {self.job_id} at {self.started_at}"


class ThreadStatus(models.TextChoices):
    """Whether a forum thread is looked at."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"


class ForumThread(models.Model):
    """A monitored thread; ``slug`` is the API's ``thread_id``."""

    slug = models.SlugField(max_length=200, unique=True)
    forum_name = models.CharField(max_length=120)
    url = models.TextField()
    url_hash = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=10, choices=ThreadStatus.choices)
    created_at = models.DateTimeField()
    monitor_until = models.DateTimeField()
    interval_seconds = models.PositiveIntegerField()
    next_check = models.DateTimeField(null=True)
    last_check = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    files_found = models.PositiveIntegerField(default=0)
    last_files = models.PositiveIntegerField(default=0)
    posts_found = models.PositiveIntegerField(default=0)
    last_posts = models.PositiveIntegerField(default=0)
    last_post = models.JSONField(null=True)  # the newest post seen: where the next check goes on
    last_error = models.TextField(blank=True)
    queue_item_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="thread_status_known", condition=Q(status__in=ThreadStatus.values)),
        ]
        indexes = [
            models.Index(fields=["next_check"], name="thread_next_check", condition=Q(status="active")),
            models.Index(fields=["queue_item_id"], name="thread_queue_item"),
        ]

    def __str__(self) -> str:
        return self.title or self.slug


class MaintenanceRun(models.Model):
    """When a maintenance job is due, and how its last run went (see scheduler.maintenance)."""

    name = models.CharField(max_length=40, primary_key=True)
    next_due = models.DateTimeField()
    last_started = models.DateTimeField(null=True)
    last_ended = models.DateTimeField(null=True)
    count = models.PositiveBigIntegerField(default=0)  # what the last run removed
    unfinished = models.BooleanField(default=False)
    position = models.CharField(max_length=100, blank=True)  # where an unfinished run goes on
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
