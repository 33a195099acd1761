"""Log lines as rows, for the API and the page; the daily files hold the same."""

from django.db import models


class LogRow(models.Model):
    """One log line, already redacted."""

    timestamp = models.DateTimeField()
    level = models.CharField(max_length=10)
    module = models.CharField(max_length=20)
    message = models.TextField()
    metadata = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["-timestamp", "-id"], name="log_time"),
            models.Index(fields=["level", "-timestamp"], name="log_level_time"),
            models.Index(fields=["module", "-timestamp"], name="log_module_time"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.module}: {self.message[:60]}"
