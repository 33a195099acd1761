"""The three roles, lowest first; each may do what the one before may (spec: api-decisions, Roles)."""

from django.db import models


class Role(models.TextChoices):
    """What a person may do."""

    VIEWER = "viewer", "Viewer"
    USER = "user", "User"
    ADMIN = "admin", "Admin"


_RANK = {Role.VIEWER.value: 1, Role.USER.value: 2, Role.ADMIN.value: 3}


def includes(held: str, required: str) -> bool:
    """Whether somebody with the role ``held`` may do what needs ``required``; unknown roles may nothing."""
    return _RANK.get(held, 0) >= _RANK[required]
