"""The trail of who did what."""

from collections.abc import Mapping
from typing import Any

from mediadl.accounts.models import AuditEntry, User
from mediadl.clock import now

_TARGET_CHARACTERS = 200


def audit(
    user: Any,
    action: str,
    target: object = "",
    detail: Mapping[str, Any] | None = None,
    *,
    address: str | None = None,
) -> None:
    """Write one entry, inside the transaction that does the thing.

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
