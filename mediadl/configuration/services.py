"""Changing the settings: all of a patch, or nothing of it."""

from typing import Any

from django.db import transaction
from django.db.models import F

from mediadl import clock
from mediadl.accounts.models import User
from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError
from mediadl.configuration.models import SettingsVersion, StoredSetting
from mediadl.configuration.registry import Kind, is_branch, leaf
from mediadl.configuration.secret_values import encrypt
from mediadl.configuration.selectors import SECRET_MASK, forget_cached_values, value
from mediadl.configuration.values import problem_with


def _flatten(patch: dict[str, Any], prefix: str, found: dict[str, Any], errors: dict[str, list[str]]) -> None:
    for name, given in patch.items():
        path = f"{prefix}{name}"
        try:
            leaf(path if "." not in name else "")
        except KeyError:
            if isinstance(given, dict) and "." not in name and is_branch(path):
                _flatten(given, f"{path}.", found, errors)
            else:
                known = "Must be an object." if is_branch(path) else "There is no such setting."
                errors[path] = [known]
        else:
            found[path] = given


def _checked(patch: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    _flatten(patch, "", found, errors)
    for path, given in found.items():
        problem = problem_with(leaf(path), given)
        if problem:
            errors[path] = [problem]
    if errors:
        raise InvalidFieldsError(errors)
    return found


def _store(path: str, new_value: Any) -> None:
    if leaf(path).kind is not Kind.SECRET and new_value == leaf(path).default_value():
        StoredSetting.objects.filter(pk=path).delete()
        return
    stored = encrypt(new_value) if leaf(path).kind is Kind.SECRET and new_value else new_value
    StoredSetting.objects.update_or_create(pk=path, defaults={"value": stored, "changed_at": clock.now()})


def change(patch: dict[str, Any], *, user: User | None) -> int:
    """Apply ``patch`` (nested like the tree); answer how many leaves changed their value.

    A secret given as ``"***"`` stays as it is. Values take effect in every process within a second
    or so, without a restart. The audit entry names the leaves, never a secret's value.

    Raises:
        InvalidFieldsError: an unknown setting, a wrong type or a value out of range, by dotted
            path; nothing was changed.
    """
    wanted = _checked(patch)
    with transaction.atomic():
        SettingsVersion.objects.get_or_create(pk=1)
        SettingsVersion.objects.select_for_update().get(pk=1)  # one change at a time
        forget_cached_values()
        changed = {}
        for path, new_value in wanted.items():
            is_secret = leaf(path).kind is Kind.SECRET
            if (is_secret and new_value == SECRET_MASK) or new_value == value(path):
                continue
            _store(path, new_value)
            changed[path] = SECRET_MASK if is_secret else new_value
        if changed:
            SettingsVersion.objects.filter(pk=1).update(number=F("number") + 1)
            audit(user, "settings.change", target=", ".join(changed)[:200], detail=changed)
    forget_cached_values()
    return len(changed)
