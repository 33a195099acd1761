"""How users and tokens look in answers."""

from typing import Any

from mediadl.accounts.models import ApiToken, User
from mediadl.clock import isoformat_seconds


def signed_in_user_json(user: User) -> dict[str, Any]:
    """The user in the answer to a login."""
    return {"id": user.pk, "username": user.username, "email": user.email, "role": user.role}


def user_json(user: User) -> dict[str, Any]:
    """The signed-in user (``/auth/me``)."""
    return {
        **signed_in_user_json(user),
        "created_at": isoformat_seconds(user.created_at),
        "last_login": isoformat_seconds(user.last_login) if user.last_login else None,
    }


def managed_user_json(user: User) -> dict[str, Any]:
    """A user as admins see them (``/users``)."""
    return {**user_json(user), "is_active": user.is_active}


def api_token_json(token: ApiToken) -> dict[str, Any]:
    """A personal token, without its secret."""
    return {
        "id": token.pk,
        "name": token.name,
        "scope": token.scope,
        "created_at": isoformat_seconds(token.created_at),
        "expires_at": isoformat_seconds(token.expires_at) if token.expires_at else None,
        "last_used_at": isoformat_seconds(token.last_used_at) if token.last_used_at else None,
    }
