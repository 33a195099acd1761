"""``/auth``: signing in and out, and who is signed in."""

from typing import ClassVar

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from mediadl.accounts import services
from mediadl.accounts.api.serializers import (
    LoginAnswer,
    LoginRequest,
    MeAnswer,
    PasswordRequest,
    RefreshAnswer,
    RefreshRequest,
    TicketAnswer,
)
from mediadl.accounts.api.shapes import signed_in_user_json, user_json
from mediadl.accounts.services.browser import address_of
from mediadl.accounts.signed_in import caller_identity, signed_in_user
from mediadl.api.errors import PermissionDeniedError
from mediadl.api.identity import IdentityKind
from mediadl.api.query import read_query
from mediadl.api.renderers import json_response
from mediadl.api.roles import Role
from mediadl.api.serializers import NoBody, read_body
from mediadl.api.views import ApiViewSet

TOKEN_TYPE = "bearer"  # noqa: S105 - the scheme's name


class SignInViewSet(ApiViewSet):
    """Signing in: for people who are not signed in; whatever token they send is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="auth_login", request=LoginRequest, responses=LoginAnswer)
    def login(self, request: Request) -> Response:
        """Sign in with name and password; answers a pair of tokens."""
        read_query(request, ())
        body = read_body(request, LoginRequest)
        sign_in = services.authenticate(
            body["username"],
            body["password"],
            address_of(request),
            request.headers.get("User-Agent", ""),
        )
        return Response(
            {
                "access_token": sign_in.access_token,
                "refresh_token": sign_in.refresh_token,
                "token_type": TOKEN_TYPE,
                "expires_in": sign_in.expires_in,
                "user": signed_in_user_json(sign_in.user),
            }
        )

    @extend_schema(operation_id="auth_refresh", request=RefreshRequest, responses=RefreshAnswer)
    def refresh(self, request: Request) -> Response:
        """Exchange a refresh token for a fresh access token."""
        read_query(request, ())
        body = read_body(request, RefreshRequest)
        return Response(
            {
                "access_token": services.refresh(body["refresh_token"]),
                "token_type": TOKEN_TYPE,
                "expires_in": settings.ACCESS_TOKEN_SECONDS,
            }
        )


class AuthViewSet(ApiViewSet):
    """Who is signed in, and what they do with that."""

    required_roles: ClassVar[dict[str, Role]] = dict.fromkeys(("logout", "password", "ws_ticket"), Role.VIEWER)

    @extend_schema(operation_id="auth_me", responses=MeAnswer)
    def me(self, request: Request) -> HttpResponse:
        """The signed-in user."""
        read_query(request, ())
        return json_response(user_json(signed_in_user(request)))

    @extend_schema(operation_id="auth_logout", request=None, responses={204: None})
    def logout(self, request: Request) -> Response:
        """End this sign-in: its tokens and sockets no longer work."""
        read_query(request, ())
        read_body(request, NoBody)
        identity = caller_identity(request)
        if identity.session_id is None:
            raise PermissionDeniedError("A personal token has no sign-in to end; delete it at /auth/tokens.")
        if identity.kind is IdentityKind.COOKIE:
            services.sign_out_browser(request._request)
        else:
            services.logout(identity.session_id, signed_in_user(request))
        return Response(status=204)

    @extend_schema(operation_id="auth_password", request=PasswordRequest, responses={204: None})
    def password(self, request: Request) -> Response:
        """Change the own password; every sign-in ends, but for the browser that asked."""
        read_query(request, ())
        body = read_body(request, PasswordRequest)
        identity = caller_identity(request)
        if identity.session_id is None:
            raise PermissionDeniedError("A personal token cannot change the password; sign in first.")
        if identity.kind is IdentityKind.COOKIE:
            services.change_browser_password(request._request, **body)
        else:
            services.change_password(signed_in_user(request), **body, address=address_of(request))
        return Response(status=204)

    @extend_schema(operation_id="auth_ws_ticket", request=None, responses=TicketAnswer)
    def ws_ticket(self, request: Request) -> Response:
        """A single-use ticket for ``/ws/downloads?ticket=``."""
        read_query(request, ())
        read_body(request, NoBody)
        identity = caller_identity(request)
        ticket = services.create_ws_ticket(signed_in_user(request), identity.session_id)
        return Response({"ticket": ticket, "expires_in": services.TICKET_SECONDS})
