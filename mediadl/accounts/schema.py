"""How the OpenAPI document names the ways to sign in."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Access tokens and personal tokens."""

    target_class = "mediadl.accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        """The scheme, as OpenAPI writes it."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token of POST /auth/login, or a personal token (mdl_...).",
        }


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The web interface's session."""

    target_class = "mediadl.accounts.authentication.CookieSessionAuthentication"
    name = "cookie"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        """The scheme, as OpenAPI writes it."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The web interface's session; changes need the header X-CSRFToken too.",
        }
