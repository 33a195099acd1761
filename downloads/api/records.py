"""``/downloads``: the list, the figures, one record and what is done to it."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from downloads import selectors, services
from downloads.annotations.services import annotate
from downloads.api.answers import (
    DownloadBulkAnswer,
    DownloadDetail,
    DownloadPage,
    DownloadStatsAnswer,
    RetriedAnswer,
)
from downloads.api.requests import (
    DELETE_PARAMETERS,
    LIST_PARAMETERS,
    STATS_PARAMETERS,
    ChangeBody,
    DownloadBulkBody,
    filters_from,
)
from mediadl.api.pagination import PageParameters, paginated_answer
from mediadl.api.permissions import require_role
from mediadl.api.query import openapi_parameters, read_query
from mediadl.api.renderers import json_response
from mediadl.api.roles import Role
from mediadl.api.serializers import NoBody, read_body
from mediadl.api.views import ApiViewSet


class DownloadViewSet(ApiViewSet):
    """The library's records."""

    @extend_schema(
        operation_id="downloads_list", parameters=openapi_parameters(LIST_PARAMETERS), responses=DownloadPage
    )
    def list(self, request: Request) -> HttpResponse:
        """List downloads with filters, newest first."""
        values = read_query(request, LIST_PARAMETERS)
        page = PageParameters(values["page"], values["per_page"])
        found = selectors.list_downloads(filters_from(values), values["sort"], page.page, page.per_page)
        return paginated_answer(request, found.rows, page=page, total=found.total)

    @extend_schema(operation_id="downloads_get", responses=DownloadDetail)
    def retrieve(self, request: Request, download_id: int) -> HttpResponse:
        """Get a download."""
        read_query(request, ())
        return json_response(selectors.get_download(download_id))

    @extend_schema(operation_id="downloads_change", request=ChangeBody, responses=DownloadDetail)
    def partial_update(self, request: Request, download_id: int) -> HttpResponse:
        """Keep a download from clean-up and replacement, or no longer; write its tags and note."""
        read_query(request, ())
        body = read_body(request, ChangeBody)
        annotate(download_id=download_id, **body, user=request.user)
        return json_response(selectors.get_download(download_id))

    @extend_schema(
        operation_id="downloads_delete",
        parameters=openapi_parameters(DELETE_PARAMETERS),
        responses={204: None},
    )
    def destroy(self, request: Request, download_id: int) -> Response:
        """Delete a record, and its file if asked (admins); the item is not fetched again unless ``forget``."""
        values = read_query(request, DELETE_PARAMETERS)
        if values["delete_file"]:
            require_role(request, Role.ADMIN)
        services.delete_download(download_id=download_id, **values, user=request.user)
        return Response(status=204)

    @extend_schema(
        operation_id="downloads_stats",
        parameters=openapi_parameters(STATS_PARAMETERS),
        responses=DownloadStatsAnswer,
    )
    def stats(self, request: Request) -> HttpResponse:
        """Count the downloads of a period, by platform, source and content type, and day by day."""
        values = read_query(request, STATS_PARAMETERS)
        return json_response(selectors.stats(values["period"], values["group_by"]))

    @extend_schema(operation_id="downloads_bulk", request=DownloadBulkBody, responses=DownloadBulkAnswer)
    def bulk(self, request: Request) -> Response:
        """Delete, retry, mark or keep up to 1000 downloads, by id or by filter."""
        read_query(request, ())
        body = read_body(request, DownloadBulkBody)
        if body["delete_files"]:
            require_role(request, Role.ADMIN)
        result = services.bulk(
            action=body["action"],
            ids=body.get("ids"),
            filters=chosen_filters(body),
            delete_files=body["delete_files"],
            user=request.user,
        )
        return Response({"success": result.success, "failed": result.failed, "errors": result.errors})

    @extend_schema(operation_id="downloads_retry", request=None, responses={202: RetriedAnswer})
    def retry(self, request: Request, download_id: int) -> Response:
        """Fetch a failed download again, through the queue."""
        read_query(request, ())
        read_body(request, NoBody)
        item: Any = services.retry_download(download_id=download_id, user=request.user)
        answer = {
            "queue_id": item.pk,
            "task_id": str(item.task_id),
            "status": "queued",
            "message": "The download is queued again",
        }
        return Response(answer, status=202)


def chosen_filters(body: dict[str, Any]) -> selectors.DownloadFilters | None:
    """The filters of a body that chooses by them."""
    return selectors.DownloadFilters(**body["filter"]) if "filter" in body else None
