"""The outbox: every event that a socket may carry, in the order in which it became true."""

from django.conf import settings
from django.db import models


class Audience(models.TextChoices):
    """Who may see an event."""

    EVERYONE = "everyone", "Every signed-in user"
    ADMINS = "admins", "Admins only"


class OutboxEvent(models.Model):
    """One event; ``id`` is its ``seq``. ``key`` is set where a newer event replaces an older one.

    Progress has the key ``progress:<queue id>``: a new row replaces the item's old one in the same
    transaction, so the table stays bounded and a replay holds only the newest.
    """

    id = models.BigAutoField(primary_key=True)
    type = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_index=True)
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.EVERYONE)
    key = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 - null: no replacement
    data = models.TextField()  # JSON object, as it is sent

    def __str__(self) -> str:
        return f"{self.id} {self.type}"


class OutboxTrim(models.Model):
    """The one row that remembers up to which ``seq`` events may have been trimmed away."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    trimmed_to = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="outbox_trim_single", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"trimmed to {self.trimmed_to}"


class OpenSocket(models.Model):
    """One open socket, counted for the limit a user has over all web processes.

    A web process renews the lease of its sockets; those of a process that died run out, or go at
    once where the process can be seen to be gone (see :mod:`mediadl.events.seats`).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    process = models.CharField(max_length=160, db_index=True)  # host:pid:nonce
    opened_at = models.DateTimeField()
    lease_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"socket of user {self.user_id}"
