"""The user behind a request that has passed its role check, typed."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from mediadl.accounts.models import User


def signed_in_user(request: Request | HttpRequest) -> User:
    """The request's user; only for views that nobody reaches without signing in."""
    return cast("User", request.user)
