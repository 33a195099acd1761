"""``/users``: for admins."""

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
from mediadl.api.views import ApiView

_ADMINS_ONLY = dict.fromkeys(("get", "post", "patch", "delete"), Role.ADMIN)


class UsersView(ApiView):
    """All users."""

    required_roles = _ADMINS_ONLY

    @extend_schema(operation_id="users_list", parameters=openapi_parameters(PAGE_PARAMETERS), responses=UserPage)
    def get(self, request: Request) -> HttpResponse:
        """List the users by name."""
        page = page_parameters(request)
        rows = User.objects.order_by("username")[page.offset : page.offset + page.per_page]
        return paginated_answer(
            request, [managed_user_json(row) for row in rows], page=page, total=User.objects.count()
        )

    @extend_schema(operation_id="users_create", request=UserRequest, responses={201: ManagedUser})
    def post(self, request: Request) -> Response:
        """Make a user."""
        read_query(request, ())
        body = read_body(request, UserRequest)
        return Response(managed_user_json(services.create_user(**body, by=signed_in_user(request))), status=201)


class UserView(ApiView):
    """One user."""

    required_roles = _ADMINS_ONLY

    @extend_schema(operation_id="users_get", responses=ManagedUser)
    def get(self, request: Request, user_id: int) -> Response:
        """Get a user."""
        read_query(request, ())
        return Response(managed_user_json(services.get_user(user_id)))

    @extend_schema(operation_id="users_change", request=UserChange, responses=ManagedUser)
    def patch(self, request: Request, user_id: int) -> Response:
        """Change a user; a new password or deactivation ends their sign-ins."""
        read_query(request, ())
        body = read_body(request, UserChange)
        return Response(managed_user_json(services.update_user(user_id, body, by=signed_in_user(request))))

    @extend_schema(operation_id="users_delete", responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        """Remove a user."""
        read_query(request, ())
        services.delete_user(user_id, by=signed_in_user(request))
        return Response(status=204)
