"""What is remembered of sites: whether they answer, and the cookies to send."""

from django.db import models


class Circuit(models.Model):
    """Failures in a row to list, for one site downloader or one host; five open it."""

    key = models.CharField(max_length=255, primary_key=True)  # "instagram/fastdl", "web/example.org"
    platform = models.CharField(max_length=40)
    downloader = models.CharField(max_length=40, blank=True)
    failures = models.PositiveIntegerField(default=0)
    opened_times = models.PositiveSmallIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    probing = models.BooleanField(default=False)  # half open: one request may try the site
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key
