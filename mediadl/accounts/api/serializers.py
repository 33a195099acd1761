"""Bodies of ``/auth`` and ``/users``: requests are checked by these, answers documented by them."""

from typing import Any

from rest_framework import serializers

from mediadl.accounts.models import ApiToken, Role
from mediadl.api.serializers import StrictSerializer

PASSWORD_CHARACTERS_LIMIT = 1024
NAME_CHARACTERS_LIMIT = 150
TOKEN_DAYS_LIMIT = 3650


def _password_field(**options: Any) -> serializers.CharField:
    return serializers.CharField(
        max_length=PASSWORD_CHARACTERS_LIMIT, trim_whitespace=False, write_only=True, **options
    )


class LoginRequest(StrictSerializer):
    """``POST /auth/login``."""

    username = serializers.CharField(max_length=NAME_CHARACTERS_LIMIT, trim_whitespace=False)
    password = _password_field()


class RefreshRequest(StrictSerializer):
    """``POST /auth/refresh``."""

    refresh_token = serializers.CharField(max_length=4096, trim_whitespace=False)


class PasswordRequest(StrictSerializer):
    """``POST /auth/password``."""

    current_password = _password_field()
    new_password = _password_field()


class TokenRequest(StrictSerializer):
    """``POST /auth/tokens``."""

    name = serializers.CharField(max_length=100)
    scope = serializers.ChoiceField(ApiToken.Scope.choices)
    expires_in_days = serializers.IntegerField(
        min_value=1, max_value=TOKEN_DAYS_LIMIT, allow_null=True, required=False, default=None
    )


class SignedInUser(serializers.Serializer):
    """The user in the answer to a login."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)


class LoginAnswer(serializers.Serializer):
    """A pair of tokens."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    user = SignedInUser()


class RefreshAnswer(serializers.Serializer):
    """A fresh access token."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()


class TicketAnswer(serializers.Serializer):
    """A socket ticket."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField()


class MeAnswer(SignedInUser):
    """The signed-in user."""

    created_at = serializers.DateTimeField()
    last_login = serializers.DateTimeField(allow_null=True)


class ManagedUser(MeAnswer):
    """A user as admins see them."""

    is_active = serializers.BooleanField()


class UserPage(serializers.Serializer):
    """A page of users."""

    items = ManagedUser(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    per_page = serializers.IntegerField()
    total_pages = serializers.IntegerField()


class UserRequest(StrictSerializer):
    """``POST /users``."""

    username = serializers.CharField(max_length=NAME_CHARACTERS_LIMIT)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    role = serializers.ChoiceField(Role.choices, required=False)
    is_active = serializers.BooleanField(required=False)
    password = _password_field()


class UserChange(StrictSerializer):
    """``PATCH /users/{id}``: any of these."""

    username = serializers.CharField(max_length=NAME_CHARACTERS_LIMIT, required=False)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    role = serializers.ChoiceField(Role.choices, required=False)
    is_active = serializers.BooleanField(required=False)
    password = _password_field(required=False)


class TokenAnswer(serializers.Serializer):
    """A personal token, without its secret."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    scope = serializers.ChoiceField(ApiToken.Scope.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewTokenAnswer(TokenAnswer):
    """A personal token just made: the only time its secret is shown."""

    token = serializers.CharField()


class TokenPage(serializers.Serializer):
    """A page of the caller's personal tokens."""

    items = TokenAnswer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    per_page = serializers.IntegerField()
    total_pages = serializers.IntegerField()
