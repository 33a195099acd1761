"""The user behind a request that has passed its role check, typed."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from mediadl.accounts.models import User
from mediadl.api.identity import ANONYMOUS, Identity


def signed_in_user(request: Request | HttpRequest) -> User:
    """The request's user; only for views that nobody reaches without signing in."""
    return cast("User", request.user)


def caller_identity(request: Request) -> Identity:
    """How the caller proved who they are."""
    identity: object = request.auth
    return identity if isinstance(identity, Identity) else ANONYMOUS
