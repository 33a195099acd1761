"""The bases of the API's views."""

from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

_METHODS = ["get", "post", "put", "patch", "delete", "head"]


class ApiView(APIView):
    """A view that is no resource, such as a document about the API itself."""

    http_method_names = _METHODS


class ApiViewSet(ViewSet):
    """A resource with its actions, each behind the role check.

    A subclass may set ``required_roles``, see :class:`mediadl.api.permissions.RolePermission`; an action
    that needs other parsers gets them where its path is (``as_view({...}, parser_classes=...)``).
    """

    http_method_names = _METHODS
