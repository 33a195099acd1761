"""What adoption remembers: the entries of other programs' archives, and its own runs."""

from django.db import models
from django.db.models import Q


class AdoptedEntry(models.Model):
    """One entry of another program's archive: that program fetched it, so nobody does again."""

    program = models.CharField(max_length=20)
    entry = models.CharField(max_length=500)  # as the archive has it
    match = models.CharField(max_length=300)  # as a listing is asked for it (downloads.adoption.keys)
    source = models.CharField(max_length=120, blank=True)
    download = models.ForeignKey(
        "downloads.Download", on_delete=models.SET_NULL, null=True, related_name="adopted_entries"
    )  # its file, where one was adopted with it
    adopted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "entry"], name="adopted_entry_once")]
        indexes = [models.Index(fields=["match"], name="adopted_entry_match")]

    def __str__(self) -> str:
        return f"{self.program} {self.entry}"


class AdoptionStatus(models.TextChoices):
    """How far a run is."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class AdoptionRun(models.Model):
    """One adoption asked for on the page or through the API; it goes on where it stopped."""

    folder = models.CharField(max_length=1000, blank=True)
    archives = models.JSONField(default=list)  # paths
    placement = models.CharField(max_length=10)
    platform = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=120, blank=True)
    dry_run = models.BooleanField()
    status = models.CharField(max_length=10, choices=AdoptionStatus.choices)
    position = models.CharField(max_length=1000, blank=True)  # the last file that was looked at
    counts = models.JSONField(default=dict)
    examples = models.JSONField(default=list)  # {path, what, detail} of some
    error = models.TextField(blank=True)
    started_by = models.CharField(max_length=150, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="adoption_run_status_known", condition=Q(status__in=AdoptionStatus.values)),
        ]
        indexes = [models.Index(fields=["status", "id"], name="adoption_run_status")]

    def __str__(self) -> str:
        return f"{self.folder or ', '.join(self.archives)} ({self.status})"
