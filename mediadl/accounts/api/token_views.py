"""``/auth/tokens``: the caller's own personal tokens."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mediadl.accounts import services
from mediadl.accounts.api.serializers import NewTokenAnswer, TokenPage, TokenRequest
from mediadl.accounts.api.shapes import api_token_json
from mediadl.accounts.models import ApiToken
from mediadl.accounts.signed_in import caller_identity, signed_in_user
from mediadl.api.errors import PermissionDeniedError
from mediadl.api.pagination import PAGE_PARAMETERS, page_parameters, paginated_answer
from mediadl.api.query import openapi_parameters, read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import read_body
from mediadl.api.views import ApiViewSet


def _refuse_personal_token(request: Request) -> None:
    """A stolen token must not make itself a successor."""
    identity = caller_identity(request)
    if identity.session_id is None:
        raise PermissionDeniedError("Sign in with the password to change personal tokens.")


class ApiTokenViewSet(ApiViewSet):
    """The caller's tokens."""

    required_roles: ClassVar[dict[str, Role]] = {"create": Role.VIEWER, "destroy": Role.VIEWER}

    @extend_schema(operation_id="auth_tokens_list", parameters=openapi_parameters(PAGE_PARAMETERS), responses=TokenPage)
    def list(self, request: Request) -> HttpResponse:
        """List the own personal tokens, newest first."""
        page = page_parameters(request)
        mine = ApiToken.objects.filter(user=signed_in_user(request))
        rows = mine.order_by("-id")[page.offset : page.offset + page.per_page]
        return paginated_answer(request, [api_token_json(row) for row in rows], page=page, total=mine.count())

    @extend_schema(operation_id="auth_tokens_create", request=TokenRequest, responses={201: NewTokenAnswer})
    def create(self, request: Request) -> Response:
        """Make a personal token; the answer is the only place that shows it."""
        read_query(request, ())
        body = read_body(request, TokenRequest)
        _refuse_personal_token(request)
        row, token = services.create_api_token(signed_in_user(request), **body)
        return Response({**api_token_json(row), "token": token}, status=201)

    @extend_schema(operation_id="auth_tokens_delete", responses={204: None})
    def destroy(self, request: Request, token_id: int) -> Response:
        """End an own personal token."""
        read_query(request, ())
        _refuse_personal_token(request)
        services.delete_api_token(signed_in_user(request), token_id)
        return Response(status=204)
