"""What the API remembers about requests."""

from django.conf import settings
from django.db import models


class IdempotencyRecord(models.Model):
    """The first answer to a request that carried an ``Idempotency-Key``; kept for 24 hours."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)  # SHA-256 hex of the body's bytes
    status = models.PositiveSmallIntegerField()
    answer = models.TextField()  # JSON
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
