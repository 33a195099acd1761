"""The lock on a name and address after too many wrong passwords."""

import hashlib
from datetime import timedelta

from django.db import transaction

from mediadl.accounts.models import LoginFailure
from mediadl.api.errors import TooManyLoginAttemptsError
from mediadl.clock import now

FAILURES_LIMIT = 10
FAILURES_WINDOW = timedelta(minutes=15)


def _key(username: str, address: str) -> str:
    return hashlib.sha256(f"{username.lower()}\0{address}".encode()).hexdigest()


def reserve_attempt(username: str, address: str) -> int:
    """Count one attempt as failed before its password is hashed, so that parallel ones count too.

    Returns the attempt's id; :func:`forgive` takes it back after a success.

    Raises:
        TooManyLoginAttemptsError: the limit is reached; nothing was counted.
    """
    key, moment = _key(username, address), now()
    with transaction.atomic():
        LoginFailure.objects.filter(failed_at__lte=moment - FAILURES_WINDOW).delete()
        failures = list(
            LoginFailure.objects.filter(key=key)
            .order_by("-failed_at")
            .values_list("failed_at", flat=True)[:FAILURES_LIMIT]
        )
        if len(failures) >= FAILURES_LIMIT:
            free_at = failures[-1] + FAILURES_WINDOW
            raise TooManyLoginAttemptsError(max(int((free_at - moment).total_seconds()) + 1, 1))
        return LoginFailure.objects.create(key=key, failed_at=moment).pk


def forgive(username: str, address: str) -> None:
    """Forget the failures of a name and address whose password was right."""
    LoginFailure.objects.filter(key=_key(username, address)).delete()
