"""Who calls a view, typed."""

from typing import cast

from rest_framework.request import Request

from mediadl.accounts.models import User
from mediadl.api.identity import ANONYMOUS, Identity


def caller(request: Request) -> User:
    """The signed-in user; the role check has seen to it that there is one."""
    return cast("User", request.user)


def caller_identity(request: Request) -> Identity:
    """How the caller proved who they are."""
    identity: object = request.auth
    return identity if isinstance(identity, Identity) else ANONYMOUS
