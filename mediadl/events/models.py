"""The outbox: every event that a socket may carry, in the order in which it became true."""

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
