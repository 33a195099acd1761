"""``/downloads/removals``: what the clean-up and the storage limit would remove, before they do."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from downloads.cleanup import preview_cleanup
from downloads.cleanup_batches import RemovalPreview
from downloads.limits import preview_limit, removes_oldest
from mediadl.api.query import integer, openapi_parameters, read_query
from mediadl.api.renderers import json_response
from mediadl.api.roles import Role
from mediadl.api.views import ApiViewSet
from mediadl.clock import isoformat_seconds

MAX_DAYS = 36_500
MAX_GB = 1_000_000
PARAMETERS = (
    integer("auto_cleanup_days", low=0, high=MAX_DAYS, description="Instead of the setting."),
    integer("storage_limit_gb", low=0, high=MAX_GB, description="Instead of the setting."),
)


class RemovalAnswer(serializers.Serializer):
    """What would go, oldest first; never a kept file."""

    files = serializers.IntegerField()
    bytes = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    first_ids = serializers.ListField(child=serializers.IntegerField(), help_text="The oldest, at most 100.")


class RemovalsAnswer(serializers.Serializer):
    """Both reasons for which files go by themselves."""

    cleanup = RemovalAnswer()
    limit = RemovalAnswer()
    limit_removes = serializers.BooleanField(
        help_text="Whether the limit removes at all; else downloading stops at it (storage_limit_action)."
    )


class RemovalsViewSet(ApiViewSet):
    """Removals to come."""

    required_roles: ClassVar[dict[str, Role]] = {"show": Role.ADMIN}

    @extend_schema(
        operation_id="downloads_removals", parameters=openapi_parameters(PARAMETERS), responses=RemovalsAnswer
    )
    def show(self, request: Request) -> HttpResponse:
        """Show what would be removed now, by the settings or by other values."""
        values = read_query(request, PARAMETERS)
        return json_response(
            {
                "cleanup": _json(preview_cleanup(values["auto_cleanup_days"])),
                "limit": _json(preview_limit(limit_gb=values["storage_limit_gb"])),
                "limit_removes": removes_oldest(),
            }
        )


def _json(preview: RemovalPreview) -> dict[str, Any]:
    return {
        "files": preview.files,
        "bytes": preview.bytes,
        "oldest": isoformat_seconds(preview.oldest) if preview.oldest else None,
        "first_ids": list(preview.first),
    }
