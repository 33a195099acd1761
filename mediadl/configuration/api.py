"""The endpoint ``/settings``."""

from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.errors import InvalidFieldsError
from mediadl.api.query import read_query
from mediadl.api.roles import Role
from mediadl.configuration import selectors, services
from mediadl.configuration.schema import tree_schema


class ChangedAnswer(serializers.Serializer):
    """What a change answers."""

    message = serializers.CharField()
    updated_fields = serializers.IntegerField()


class SettingsViewSet(ViewSet):
    """The typed settings tree; for admins only."""

    required_roles: ClassVar[dict[str, Role]] = {"list": Role.ADMIN, "partial_update": Role.ADMIN}

    @extend_schema(responses={(200, "application/json"): tree_schema(is_change=False)})
    def list(self, request: Request) -> Response:
        """The whole tree; secrets read as ``***``."""
        read_query(request, ())
        return Response(selectors.tree())

    @extend_schema(request={"application/json": tree_schema(is_change=True)}, responses=ChangedAnswer)
    def partial_update(self, request: Request) -> Response:
        """Change some leaves: all of them, or none if one is wrong."""
        read_query(request, ())
        if not isinstance(request.data, Mapping):
            raise InvalidFieldsError({"body": ["Must be a JSON object."]})
        updated = services.change(dict(request.data), user=signed_in_user(request))
        return Response({"message": "Settings updated successfully", "updated_fields": updated})
