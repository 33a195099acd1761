"""The endpoints below ``/logs``."""

from typing import ClassVar

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl import clock
from mediadl.api.pagination import PAGE, paginated_headers
from mediadl.api.query import (
    Parameter,
    choice,
    day,
    integer,
    moment,
    openapi_parameters,
    read_query,
    refuse_date_order,
    text,
)
from mediadl.api.roles import Role
from mediadl.logs import selectors, services
from mediadl.logs.records import LEVELS, MODULES
from mediadl.web.files import FileParts, open_regular_file

LIST_PARAMETERS = (
    choice("level", LEVELS, description="Only lines of this level."),
    choice("module", MODULES, description="Only lines of this part of the product."),
    text("search", description="Only lines whose message holds this text, in any case."),
    moment("date_from", description="Not before this time."),
    moment("date_to", description="Not after this time."),
    integer("limit", low=1, high=1000, default=100, description="Lines on a page."),
    PAGE,
)
DOWNLOAD_PARAMETERS = (
    day("date", description="The day (UTC); today if left out."),
    choice("format", ("text", "json"), default="text", description="For people, or one JSON object a line."),
)
CLEAR_PARAMETERS = (
    Parameter(
        "older_than_days",
        integer("older_than_days", low=1, high=36_500).parse,
        {"type": "integer", "minimum": 1, "maximum": 36_500},
        "Delete what is older than so many days.",
        required=True,
    ),
)


class LogAnswer(serializers.Serializer):
    """One line."""

    id = serializers.IntegerField()
    timestamp = serializers.DateTimeField()
    level = serializers.ChoiceField(LEVELS)
    module = serializers.ChoiceField(MODULES)
    message = serializers.CharField()
    metadata = serializers.DictField()


class LogsAnswer(serializers.Serializer):
    """Lines, newest first."""

    logs = LogAnswer(many=True)
    total = serializers.IntegerField()
    filtered = serializers.IntegerField()


class ClearedLogsAnswer(serializers.Serializer):
    """What was deleted."""

    deleted_files = serializers.IntegerField()
    deleted_size_bytes = serializers.IntegerField()


class LogViewSet(ViewSet):
    """The application's log; for admins."""

    required_roles: ClassVar[dict[str, Role]] = dict.fromkeys(("list", "download", "clear"), Role.ADMIN)

    @extend_schema(parameters=openapi_parameters(LIST_PARAMETERS), responses=LogsAnswer)
    def list(self, request: Request) -> Response:
        """Lines that match, newest first."""
        query = read_query(request, LIST_PARAMETERS)
        refuse_date_order(query)
        page, limit = query.pop("page"), query.pop("limit")
        found = selectors.list_logs(selectors.LogFilters(**query), page=page, limit=limit)
        headers = paginated_headers(request, page=page, per_page=limit, total=found.filtered)
        return Response({"logs": found.rows, "total": found.total, "filtered": found.filtered}, headers=headers)

    @extend_schema(parameters=openapi_parameters(CLEAR_PARAMETERS), responses={200: ClearedLogsAnswer})
    def clear(self, request: Request) -> Response:
        """Delete old files and lines."""
        query = read_query(request, CLEAR_PARAMETERS)
        cleared = services.clear_logs(older_than_days=query["older_than_days"], user=request.user)
        return Response({"deleted_files": cleared.files, "deleted_size_bytes": cleared.bytes})

    @extend_schema(
        parameters=openapi_parameters(DOWNLOAD_PARAMETERS),
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "The day's log.")},
    )
    def download(self, request: Request) -> HttpResponseBase:
        """A day's log as a file."""
        query = read_query(request, DOWNLOAD_PARAMETERS)
        path = selectors.file_of(query["date"] or clock.now().date())
        if query["format"] == "json":
            descriptor = open_regular_file(path)
            size = path.stat().st_size  # what is appended meanwhile is not part of this answer
            response = StreamingHttpResponse(FileParts(descriptor, 0, size), content_type="application/octet-stream")
            response["Content-Length"] = str(size)
            name = path.with_suffix(".json").name
        else:
            response = StreamingHttpResponse(selectors.text_parts(path), content_type="application/octet-stream")
            name = path.name
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response
