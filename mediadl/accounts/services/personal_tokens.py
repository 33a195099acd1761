"""Personal API tokens: ``mdl_...``, shown once, stored as a hash."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from mediadl.accounts.models import ApiToken, User
from mediadl.accounts.services.audit import audit
from mediadl.api.errors import InvalidTokenError, NotFoundError
from mediadl.clock import now

PREFIX = "mdl_"
_TOKEN_BYTES = 32
_LAST_USE_PRECISION = timedelta(minutes=1)  # a script's every request must not be a write


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def create_api_token(user: User, *, name: str, scope: str, expires_in_days: int | None) -> tuple[ApiToken, str]:
    """Store a token; returns its row, and the token itself, which nobody can read again."""
    token, moment = PREFIX + secrets.token_urlsafe(_TOKEN_BYTES), now()
    with transaction.atomic():
        row = ApiToken.objects.create(
            user=user,
            name=name,
            scope=scope,
            token_hash=_hash(token),
            created_at=moment,
            expires_at=None if expires_in_days is None else moment + timedelta(days=expires_in_days),
        )
        audit(user, "token.create", name, {"scope": scope})
    return row, token


def delete_api_token(user: User, token_id: int) -> None:
    """End one of the user's own tokens.

    Raises:
        NotFoundError: they have no such token.
    """
    with transaction.atomic():
        row = ApiToken.objects.filter(pk=token_id, user=user).first()
        if row is None:
            raise NotFoundError("You have no such token.")
        row.delete()
        audit(user, "token.delete", row.name)


def verify_api_token(token: str) -> ApiToken:
    """The row of a valid token, with its user, in one query; notes its use once a minute.

    Raises:
        InvalidTokenError: unknown, expired, or of an inactive user.
    """
    row = ApiToken.objects.select_related("user").filter(token_hash=_hash(token)).first()
    moment = now()
    if row is None or not row.user.is_active or (row.expires_at is not None and row.expires_at <= moment):
        raise InvalidTokenError
    if row.last_used_at is None or moment - row.last_used_at >= _LAST_USE_PRECISION:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=moment)
    return row
