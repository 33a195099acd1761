"""Passwords: how they are hashed, how many at once, and what a new one must be."""

import secrets
import threading

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mediadl.accounts.models import User
from mediadl.api.errors import InvalidFieldsError

# Each hash takes its memory for some 30 ms; a flood of sign-ins must not take it all at once.
_HASHES_AT_ONCE = 2
_hashing = threading.BoundedSemaphore(_HASHES_AT_ONCE)
GENERATED_PASSWORD_BYTES = 15


class ModestArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with OWASP's parameters for small servers: Django's own take 100 MiB for each sign-in."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1


def is_password_right(user: User | None, password: str) -> bool:
    """Whether ``password`` is the user's; takes as long without a user, so names cannot be guessed."""
    with _hashing:
        if user is None or not user.has_usable_password():
            make_password(password)
            return False
        return check_password(password, user.password)


def hashed(password: str) -> str:
    """``password`` as it is stored."""
    with _hashing:
        return make_password(password)


def check_new_password(password: str, user: User, field: str = "password") -> None:
    """Refuse a weak password.

    Raises:
        InvalidFieldsError: with what to change, under ``field``.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidFieldsError({field: list(error.messages)}) from None


def generated_password() -> str:
    """A password that nobody guesses, for the first admin."""
    return secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)
