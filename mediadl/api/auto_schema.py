"""How drf-spectacular reads our views."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import ListSerializer


class PlainAutoSchema(AutoSchema):
    """Takes a view's answer as it is declared: our lists are objects, also in an action named ``list``."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        if serializer is None:  # asked for the operation's name
            return bool(super()._is_list_view())
        return isinstance(serializer, ListSerializer)
