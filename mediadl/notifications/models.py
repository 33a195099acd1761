"""The outbox: what is to be told through which channel, and how each channel does."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from mediadl.notifications.kinds import Kind


class Channel(models.TextChoices):
    """A way that messages go out."""

    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"
    APPRISE = "apprise", "Apprise"


def every_kind() -> list[str]:
    """All kinds of events."""
    return [kind.value for kind in Kind]


class Choice(models.Model):
    """What one person wants to hear of; without a row all on open pages, and no mails of their own."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="notification_choice"
    )
    email_events = models.JSONField(default=list, blank=True)
    browser_events = models.JSONField(default=every_kind, blank=True)

    def __str__(self) -> str:
        return f"choice of user {self.pk}"


class Message(models.Model):
    """One note for one target; written in the transaction that makes it true, deleted some days after it went.

    ``target`` is the webhook's URL, a name for Apprise's address (never the address: it holds tokens),
    ``user:ID`` for one person's mails, or empty for those to the recipients in the settings. ``uuid``
    stays the same over all tries, so that a receiver can tell a repetition.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    target = models.TextField(blank=True)
    kind = models.CharField(max_length=20)
    level = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    message = models.TextField()
    link = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "target", "id"],
                name="message_waiting",
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
            ),
            models.Index(fields=["created_at"], name="message_created"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.title}"


class ChannelState(models.Model):
    """How one target does: its failures in a row, and when it is tried again."""

    channel = models.CharField(max_length=10, choices=Channel.choices)
    target = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()  # a sender that works on it moves it on: its lease
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    test_error = models.TextField(blank=True, default="")  # of the last test, until one or a message gets through
    test_failed_at = models.DateTimeField(null=True)
    window_started_at = models.DateTimeField(null=True)  # of the hour in which ``sent_in_window`` went
    sent_in_window = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "target"], name="channel_target_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"  # never the target: a webhook's address may be a secret
