"""The trail of who did what."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction

from mediadl.accounts.models import AuditEntry, User
from mediadl.clock import now

_TARGET_CHARACTERS = 200
_WARNINGS = frozenset({"auth.login_failed"})
# What the log tells as well, under which module: who can get in, and what was set.
_LOGGED = {
    "auth.login": ("Auth", "Signed in"),
    "auth.login_failed": ("Auth", "A sign-in failed"),
    "auth.logout": ("Auth", "Signed out"),
    "auth.password": ("Auth", "A password was changed"),
    "auth.end_sessions": ("Auth", "Sessions were ended"),
    "auth.revoke": ("Auth", "Sessions were ended"),
    "user.create": ("Auth", "A user was added"),
    "user.change": ("Auth", "A user was changed"),
    "user.delete": ("Auth", "A user was removed"),
    "token.create": ("Auth", "A personal token was made"),
    "token.delete": ("Auth", "A personal token was removed"),
    "settings.change": ("Settings", "Settings were changed"),
}


def audit(
    user: Any,
    action: str,
    target: object = "",
    detail: Mapping[str, Any] | None = None,
    *,
    address: str | None = None,
) -> None:
    """Write one entry, inside the transaction that does the thing; some are told in the log once it is committed.

    Args:
        user: who did it; None for the product itself.
        action: a dotted word such as ``queue.cancel``.
        target: what it was done to: an id, a name.
        detail: JSON values, never secrets.
        address: the client's address where it matters.
    """
    known = user if isinstance(user, User) and user.pk else None
    AuditEntry.objects.create(
        at=now(),
        user=known,
        username=known.username if known else "",
        action=action,
        target=str(target)[:_TARGET_CHARACTERS],
        detail=dict(detail or {}),
        address=address or None,
    )
    if action in _LOGGED:
        module, said = _LOGGED[action]
        words = {"user": known.username if known else "", "target": str(target), "address": address or ""}
        told = {name: word for name, word in words.items() if word}
        log = structlog.get_logger(module)
        tell = log.warning if action in _WARNINGS else log.info
        transaction.on_commit(lambda: tell(said, **told), robust=True)
