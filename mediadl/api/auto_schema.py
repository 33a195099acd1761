"""How drf-spectacular reads our views."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import ListSerializer


class PlainAutoSchema(AutoSchema):
    """Takes a view's answer as it is declared: our lists are objects, also in an action named ``list``."""

    def _is_list_view(self, *answer: Any) -> bool:
        if not answer:  # asked for the operation's name
            return bool(super()._is_list_view())
        return isinstance(answer[0], ListSerializer)


class StrictBodies(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says of request bodies what their serializer does: unknown members are refused."""

    target_class = "mediadl.api.serializers.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """The body's schema, closed."""
        schema: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]
            self.target, direction, bypass_extensions=True
        )
        return {**schema, "additionalProperties": False}
