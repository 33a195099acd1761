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


class LogCount(models.Model):
    """How many rows share an hour, a level and a module (see mediadl.logs.counting)."""

    hour = models.DateTimeField()
    level = models.CharField(max_length=10)
    module = models.CharField(max_length=20)
    n = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "level", "module"], name="log_count_once")]

    def __str__(self) -> str:
        return f"{self.hour} {self.level} {self.module}: {self.n}"
