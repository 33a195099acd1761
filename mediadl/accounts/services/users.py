"""Users: made, changed and removed; there is always an active admin."""

from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from mediadl.accounts import passwords
from mediadl.accounts.models import Role, User
from mediadl.accounts.services.audit import audit
from mediadl.accounts.services.sessions import revoke_sessions_of
from mediadl.api.errors import DuplicateError, InvalidFieldsError, NotFoundError, TransitionRefusedError

_check_username = UnicodeUsernameValidator()


def get_user(user_id: int) -> User:
    """The user.

    Raises:
        NotFoundError: there is none.
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFoundError("There is no such user.")
    return user


def _refuse_taken(username: str, but: int | None = None) -> None:
    other = User.objects.filter(username__iexact=username).first()
    if other is not None and other.pk != but:
        raise DuplicateError(other.pk, f"The name {other.username} is taken; choose another.")


def _checked_username(username: str) -> str:
    try:
        _check_username(username)
    except ValidationError as error:
        raise InvalidFieldsError({"username": list(error.messages)}) from None
    return username


def _checked_email(email: str) -> str:
    # Nobody need have an address.
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise InvalidFieldsError({"email": list(error.messages)}) from None
    return email


def create_user(
    *,
    username: str,
    password: str,
    email: str = "",
    role: str = Role.VIEWER,
    is_active: bool = True,
    by: User | None = None,
) -> User:
    """Make a user, on behalf of the admin ``by`` (None: from the command line).

    Raises:
        DuplicateError: the name is taken, in whatever case.
        InvalidFieldsError: a bad name or address, or a weak password.
    """
    user = User(username=_checked_username(username), email=_checked_email(email), role=role, is_active=is_active)
    passwords.check_new_password(password, user)
    user.password = passwords.hashed(password)
    try:
        with transaction.atomic():
            _refuse_taken(username)
            user.save()
            audit(by, "user.create", username, {"role": role})
    except IntegrityError:
        raise DuplicateError(None, f"The name {username} is taken; choose another.") from None
    return user


def _refuse_without_admin(user: User) -> None:
    others = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).exclude(pk=user.pk)
    if not list(others.values_list("pk", flat=True)[:1]):
        raise TransitionRefusedError("This is the last active admin; make another one first.")


def update_user(user_id: int, changes: dict[str, Any], *, by: User | None = None) -> User:
    """Change some of ``username``, ``email``, ``role``, ``is_active``, ``password``.

    A new password, or deactivation, ends the user's sessions.

    Raises:
        NotFoundError: there is no such user.
        TransitionRefusedError: the last active admin would be none any more.
        DuplicateError: the name is taken.
        InvalidFieldsError: a bad name or address, or a weak password.
    """
    fresh_hash = None
    if "password" in changes:
        passwords.check_new_password(changes["password"], get_user(user_id))
        fresh_hash = passwords.hashed(changes["password"])
    with transaction.atomic():
        user = get_user(user_id)
        was_admin = user.is_admin
        if "username" in changes:
            user.username = _checked_username(changes["username"])
            _refuse_taken(user.username, but=user.pk)
        _checked_email(changes.get("email", ""))
        for field in ("email", "role", "is_active"):
            setattr(user, field, changes.get(field, getattr(user, field)))
        if was_admin and not user.is_admin:
            _refuse_without_admin(user)
        if fresh_hash is not None:
            user.password = fresh_hash
        user.save()
        if fresh_hash is not None or not user.is_active:
            revoke_sessions_of(user)
        audit(by, "user.change", user.username, {"fields": sorted(changes)})
    return user


def delete_user(user_id: int, *, by: User | None = None) -> None:
    """Remove a user with their sessions and tokens; what they added stays.

    Raises:
        NotFoundError: there is no such user.
        TransitionRefusedError: it is the last active admin.
    """
    with transaction.atomic():
        user = get_user(user_id)
        if user.is_admin:
            _refuse_without_admin(user)
        audit(by, "user.delete", user.username)
        user.delete()


def ensure_first_admin(*, username: str, password: str = "", email: str = "") -> str | None:
    """Make the first admin of a new installation.

    Returns the password if one had to be made up: show it once. None if there are users already
    or ``password`` was given. A given one is taken as it is: it is the operator's to choose.

    Raises:
        InvalidFieldsError: a bad name or address.
    """
    if User.objects.exists():
        return None
    made_up = "" if password else passwords.generated_password()
    admin = User(username=_checked_username(username), email=_checked_email(email), role=Role.ADMIN)
    admin.password = passwords.hashed(password or made_up)
    with transaction.atomic():
        if User.objects.exists():  # another process was faster
            return None
        admin.save()
        audit(None, "user.create", username, {"role": Role.ADMIN.value})
    return made_up or None
