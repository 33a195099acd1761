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


class StoredAccess(models.Model):
    """What a person set for one site: its cookies, its proxy, its user agent; secrets are encrypted."""

    site = models.CharField(max_length=255, primary_key=True)  # a platform's name, or a host
    cookies = models.TextField(blank=True)
    cookie_count = models.PositiveIntegerField(default=0)
    has_sign_in = models.BooleanField(default=False)
    cookies_expire_at = models.DateTimeField(null=True)  # of the sign-in; null: it does not say
    cookies_changed_at = models.DateTimeField(null=True)
    proxy = models.TextField(blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()
    expiry_told = models.DateTimeField(null=True)  # the end of the sign-in that people were told of
    refusal_told = models.DateTimeField(null=True)  # the upload that the site refused, and people were told

    def __str__(self) -> str:
        return self.site
