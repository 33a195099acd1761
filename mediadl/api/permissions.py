"""Who may call what."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from mediadl.api.errors import NotAuthenticatedError, PermissionDeniedError
from mediadl.api.identity import Identity
from mediadl.api.roles import Role, includes


class RolePermission(BasePermission):
    """Compares the caller's role with what the view asks for.

    A view may carry ``required_roles``: the role for each action (a viewset's action name, or the
    lower-cased method of a plain view). Without an entry reading needs ``viewer``, the rest ``user``.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or an error is raised that says what is missing.

        Raises:
            NotAuthenticatedError: nobody is signed in.
            PermissionDeniedError: the role or the token's scope is too low.
        """
        method = str(request.method)
        if method == "OPTIONS" or not hasattr(view, method.lower()):
            return True  # the view answers 405
        if not request.user or not request.user.is_authenticated:
            raise NotAuthenticatedError
        require_role(request, required_role(view, method))
        return True


def required_role(view: Any, method: str) -> Role:
    """The role that ``method`` of ``view`` needs."""
    roles: dict[str, Role] = getattr(view, "required_roles", {})
    action = getattr(view, "action", None) or ("get" if method == "HEAD" else method.lower())
    default = Role.VIEWER if method in SAFE_METHODS else Role.USER
    return roles.get(action, default)


def require_role(request: Request, role: Role) -> None:
    """Let only callers with ``role`` go on; for a right that depends on a parameter.

    Raises:
        PermissionDeniedError: the role or the token's scope is too low.
    """
    identity = request.auth
    if isinstance(identity, Identity) and identity.read_only and request.method not in SAFE_METHODS:
        raise PermissionDeniedError("This token may only read; make one with the scope full.")
    if not includes(getattr(request.user, "role", ""), role):
        raise PermissionDeniedError(f"This needs the role {role.value}; ask an admin.")
