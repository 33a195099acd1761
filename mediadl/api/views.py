"""The base of the API's views."""

from rest_framework.views import APIView


class ApiView(APIView):
    """A view with the role check.

    A subclass may set ``required_roles``, see :class:`mediadl.api.permissions.RolePermission`.
    """

    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
