"""Reading the settings: one value, or the whole tree as the API shows it."""

import threading
from typing import Any

from mediadl import clock
from mediadl.configuration.models import SettingsVersion, StoredSetting
from mediadl.configuration.registry import Kind, leaf, leaves
from mediadl.configuration.secret_values import UnreadableSecretError, decrypt

SECRET_MASK = "***"  # noqa: S105 - what a secret reads as, not one
RECHECK_SECONDS = 1.0  # how soon a process notices another one's change


class _Cache:
    """This process's copy of the stored values, with the version that it was read at."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.version = -1
        self.checked_at = float("-inf")
        self.stored: dict[str, Any] = {}


_cache = _Cache()


def forget_cached_values() -> None:
    """Let the next read go to the database; called after a change of this process's own."""
    with _cache.lock:
        _cache.version = -1
        _cache.checked_at = float("-inf")


def _stored_values() -> dict[str, Any]:
    with _cache.lock:
        if clock.monotonic() - _cache.checked_at < RECHECK_SECONDS:
            return _cache.stored
    version = SettingsVersion.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    with _cache.lock:
        if version == _cache.version:
            _cache.checked_at = clock.monotonic()
            return _cache.stored
    stored = dict(StoredSetting.objects.values_list("path", "value"))
    with _cache.lock:
        _cache.stored, _cache.version, _cache.checked_at = stored, version, clock.monotonic()
    return stored


def value(path: str) -> Any:
    """The effective value of the leaf at ``path``; a secret in the clear (empty when unreadable).

    At most a second old: another process's change is noticed by a version row.

    Raises:
        KeyError: there is no such leaf.
    """
    known = leaf(path)
    stored = _stored_values()
    if path not in stored:
        return known.default_value()
    if known.kind is Kind.SECRET and stored[path]:
        try:
            return decrypt(stored[path])
        except UnreadableSecretError:
            return ""
    return stored[path]


def tree() -> dict[str, Any]:
    """The whole tree as nested objects; secrets read as ``"***"``, or empty when unset."""
    root: dict[str, Any] = {}
    for known in leaves():
        branch = root
        *parents, name = known.path.split(".")
        for parent in parents:
            branch = branch.setdefault(parent, {})
        current = value(known.path)
        branch[name] = (SECRET_MASK if current else "") if known.kind is Kind.SECRET else current
    return root
