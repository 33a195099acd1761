"""Users with a role, their sessions, and what happened to whose account."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from mediadl.api.roles import Role
from mediadl.clock import now

__all__ = ["ApiToken", "AuditEntry", "LoginFailure", "Role", "Session", "SocketTicket", "User"]


class UserManager(BaseUserManager["User"]):
    """Makes users with a hashed password; :mod:`mediadl.accounts.users` checks what people type."""

    def create_user(
        self, username: str, email: str = "", password: str | None = None, *, role: str = Role.VIEWER, **fields: Any
    ) -> "User":
        """Store a user; without a password nobody can sign in as them."""
        user = self.model(username=username, email=email, role=role, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> "User":
        """Store an admin (the name that Django's own command asks for)."""
        return self.create_user(username, email, password, **{**fields, "role": Role.ADMIN})


class User(AbstractBaseUser):
    """A person or program with a password and a role; the role alone decides what they may do."""

    username = models.CharField(max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_role_known", condition=Q(role__in=Role.values)),
            models.UniqueConstraint(Lower("username"), name="user_name_once_in_any_case"),
        ]

    @property
    def is_admin(self) -> bool:
        """Whether this user holds the admin role and may sign in."""
        return self.is_active and self.role == Role.ADMIN

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets this user in."""
        return self.is_admin

    @property
    def is_superuser(self) -> bool:
        """Whether Django's admin allows everything."""
        return self.is_admin

    def has_perm(self, _permission: str, _object: object | None = None) -> bool:
        """Django's admin asks this for each model and action."""
        return self.is_admin

    def has_perms(self, _permissions: object, _object: object | None = None) -> bool:
        """The same for several permissions."""
        return self.is_admin

    def has_module_perms(self, _app_label: str) -> bool:
        """Django's admin asks this for each app."""
        return self.is_admin


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
        indexes = [
            models.Index(fields=["user", "expires_at"], name="session_user_expiry"),
            models.Index(fields=["expires_at"], name="session_expiry"),
        ]

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
