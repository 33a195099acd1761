"""Users with a role, their sessions, and what happened to whose account."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


class Role(models.TextChoices):
    """What a person may do; each role includes the one before (spec: api-decisions, Roles)."""

    VIEWER = "viewer", "Viewer"
    USER = "user", "User"
    ADMIN = "admin", "Admin"


class User(AbstractUser):
    """A person or program with a password and a role."""

    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(name="user_role_known", condition=Q(role__in=Role.values)),
        ]

    @property
    def is_admin(self) -> bool:
        """Whether this user holds the admin role."""
        return self.role == Role.ADMIN


class Session(models.Model):
    """One sign-in: the refresh token's lasting side; revoking it ends its access tokens and sockets."""

    class Kind(models.TextChoices):
        TOKEN = "token", "API token pair"
        COOKIE = "cookie", "Web interface"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "expires_at"], name="session_user_expiry")]

    def __str__(self) -> str:
        return f"{self.kind} session {self.id}"


class ApiToken(models.Model):
    """A personal access token for a script: shown once, kept as a hash (sent as ``mdl_...``)."""

    class Scope(models.TextChoices):
        READ = "read", "Read only"
        FULL = "full", "Everything its user may do"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class SocketTicket(models.Model):
    """A single-use right to open one socket within a minute; kept as a hash."""

    ticket_hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"socket ticket of {self.user_id}"


class LoginFailure(models.Model):
    """One failed sign-in, counted for the lock by name and address (10 within 15 minutes)."""

    key = models.CharField(max_length=64)  # SHA-256 of the lower-cased name and the address
    failed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "failed_at"], name="login_failure_key_time")]

    def __str__(self) -> str:
        return f"failed sign-in at {self.failed_at}"


class AuditEntry(models.Model):
    """Who did what and when; written by the service that did it, never changed."""

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    username = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=60)  # e.g. "queue.cancel", "auth.login", "settings.change"
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.target}"
