"""The addresses of Apprise's services: in the settings as they are, in the outbox by a name that nobody can use."""

import hashlib

from mediadl.configuration.selectors import value
from mediadl.notifications.apprise_schemas import schema_of

_NAME_CHARACTERS = 24


def apprise_addresses() -> list[str]:
    """The addresses in the settings; they hold tokens."""
    return str(value("notifications.apprise.urls")).split()


def target_of(address: str) -> str:
    """What the outbox calls an address: its service, and a fingerprint."""
    return f"{schema_of(address)}:{hashlib.sha256(address.encode()).hexdigest()[:_NAME_CHARACTERS]}"


def address_of(target: str) -> str | None:
    """The address in the settings that ``target`` stands for."""
    return next((address for address in apprise_addresses() if target_of(address) == target), None)
