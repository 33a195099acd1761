"""``GET /platforms``."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl.api.pagination import PAGE, paginated_headers
from mediadl.api.query import integer, openapi_parameters, read_query
from platforms import selectors

LIST_PARAMETERS = (PAGE, integer("per_page", low=1, high=200, description="Platforms a page; all if left out."))


class RateLimitAnswer(serializers.Serializer):
    """Requests of the running hour."""

    limit = serializers.IntegerField()
    remaining = serializers.IntegerField()
    reset = serializers.DateTimeField(allow_null=True)


class DownloaderAnswer(serializers.Serializer):
    """One way to get a platform's media."""

    name = serializers.CharField()
    display_name = serializers.CharField()
    enabled = serializers.BooleanField()
    status = serializers.CharField()
    setup_hint = serializers.CharField(allow_blank=True)
    rate_limit = RateLimitAnswer(allow_null=True)


class PlatformAnswer(serializers.Serializer):
    """One platform and how it is doing."""

    name = serializers.CharField()
    display_name = serializers.CharField()
    enabled = serializers.BooleanField()
    downloaders = DownloaderAnswer(many=True)
    content_types = serializers.ListField(child=serializers.CharField())
    features = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField([status.value for status in selectors.PlatformStatus])
    last_successful_download = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    rate_limit = RateLimitAnswer(allow_null=True)


class PlatformsAnswer(serializers.Serializer):
    """All platforms."""

    platforms = PlatformAnswer(many=True)


class PlatformViewSet(ViewSet):
    """The sites that this installation knows."""

    @extend_schema(
        operation_id="platforms_list", parameters=openapi_parameters(LIST_PARAMETERS), responses=PlatformsAnswer
    )
    def list(self, request: Request) -> Response:
        """All platforms with their downloaders, health and limits."""
        query = read_query(request, LIST_PARAMETERS)
        rows = selectors.list_platforms()
        page, per_page = query["page"], query["per_page"] or len(rows)
        shown = rows[(page - 1) * per_page : page * per_page]
        headers = paginated_headers(request, page=page, per_page=per_page, total=len(rows))
        return Response({"platforms": shown}, headers=headers)
