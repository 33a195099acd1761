"""``/users``: for admins."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mediadl.accounts import services
from mediadl.accounts.api.serializers import ManagedUser, UserChange, UserPage, UserRequest
from mediadl.accounts.api.shapes import managed_user_json
from mediadl.accounts.models import User
from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.pagination import PAGE_PARAMETERS, page_parameters, paginated_answer
from mediadl.api.query import openapi_parameters, read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import read_body
from mediadl.api.views import ApiViewSet


class UserViewSet(ApiViewSet):
    """The users; for admins only."""

    required_roles: ClassVar[dict[str, Role]] = dict.fromkeys(
        ("list", "create", "retrieve", "partial_update", "destroy"), Role.ADMIN
    )

    @extend_schema(operation_id="users_list", parameters=openapi_parameters(PAGE_PARAMETERS), responses=UserPage)
    def list(self, request: Request) -> HttpResponse:
        """List the users by name."""
        page = page_parameters(request)
        rows = User.objects.order_by("username")[page.offset : page.offset + page.per_page]
        return paginated_answer(
            request, [managed_user_json(row) for row in rows], page=page, total=User.objects.count()
        )

    @extend_schema(operation_id="users_create", request=UserRequest, responses={201: ManagedUser})
    def create(self, request: Request) -> Response:
        """Make a user."""
        read_query(request, ())
        body = read_body(request, UserRequest)
        return Response(managed_user_json(services.create_user(**body, by=signed_in_user(request))), status=201)

    @extend_schema(operation_id="users_get", responses=ManagedUser)
    def retrieve(self, request: Request, user_id: int) -> Response:
        """Get a user."""
        read_query(request, ())
        return Response(managed_user_json(services.get_user(user_id)))

    @extend_schema(operation_id="users_change", request=UserChange, responses=ManagedUser)
    def partial_update(self, request: Request, user_id: int) -> Response:
        """Change a user; a new password or deactivation ends their sign-ins."""
        read_query(request, ())
        body = read_body(request, UserChange)
        return Response(managed_user_json(services.update_user(user_id, body, by=signed_in_user(request))))

    @extend_schema(operation_id="users_delete", responses={204: None})
    def destroy(self, request: Request, user_id: int) -> Response:
        """Remove a user."""
        read_query(request, ())
        services.delete_user(user_id, by=signed_in_user(request))
        return Response(status=204)
