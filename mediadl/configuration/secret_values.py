"""Secrets of the settings tree: encrypted at rest with a key from the data folder's key file."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class UnreadableSecretError(Exception):
    """A stored secret was not encrypted with this installation's key (a restore without keys)."""


@lru_cache(maxsize=2)
def _cipher(key: str) -> Fernet:
    # The key file holds text of any length; Fernet wants 32 bytes in URL-safe base64.
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


def encrypt(text: str) -> str:
    """``text`` as an encrypted, authenticated token in ASCII."""
    return _cipher(settings.SETTINGS_ENCRYPTION_KEY).encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text behind a token of :func:`encrypt`.

    Raises:
        UnreadableSecretError: the token was changed, or made with another key.
    """
    try:
        return _cipher(settings.SETTINGS_ENCRYPTION_KEY).decrypt(token.encode("ascii")).decode()
    except (InvalidToken, UnicodeError) as error:
        raise UnreadableSecretError("a stored secret was encrypted with another key: enter it again") from error
