"""Tags and notes; they go with their download."""

from django.db import models


class DownloadTag(models.Model):
    """One word on one download."""

    download = models.ForeignKey("downloads.Download", on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["download", "name"], name="download_tag_once")]
        indexes = [models.Index(fields=["name", "-download"], name="download_tag_name")]

    def __str__(self) -> str:
        return self.name


class DownloadNote(models.Model):
    """A few sentences on one download."""

    download = models.OneToOneField("downloads.Download", on_delete=models.CASCADE, related_name="note")
    text = models.TextField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text[:60]
