"""What is done to items of the queue, one or many, and its statistics."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mediadl.api.parsers import LinesParser, StrictJSONParser
from mediadl.api.query import read_query
from mediadl.api.renderers import json_response
from mediadl.api.serializers import NoBody, read_body
from mediadl.api.views import ApiViewSet
from queue_app import selectors, services
from queue_app.api.answers import (
    BulkAnswer,
    ClearedAnswer,
    ImportAnswer,
    QueueStatsAnswer,
    RestartedItemAnswer,
)
from queue_app.api.requests import ClearBody, ImportBody, QueueBulkBody
from queue_app.models import QueueItem
from queue_app.states import Status

IMPORT_PARSERS = (StrictJSONParser, LinesParser)
_LINES_SCHEMA: dict[str, Any] = {"type": "array", "items": {}}
_IMPORT_SCHEMA: dict[str, Any] = {  # ImportBody, or its list alone
    "anyOf": [
        {"type": "object", "required": ["urls"], "properties": {"urls": _LINES_SCHEMA}, "additionalProperties": False},
        _LINES_SCHEMA,
    ]
}
_CLEARED_BY_DEFAULT = [Status.COMPLETED.value, Status.FAILED.value]


def _restarted_json(item: QueueItem) -> dict[str, Any]:
    return {"id": item.pk, "status": item.status, "attempts": item.attempts, "task_id": str(item.task_id)}


class QueueActionsViewSet(ApiViewSet):
    """What is done to items beyond changing one, and the queue in figures."""

    @extend_schema(operation_id="queue_retry", request=None, responses=RestartedItemAnswer)
    def retry(self, request: Request, item_id: int) -> Response:
        """Retry a failed or cancelled item: only what failed or is missing."""
        read_query(request, ())
        read_body(request, NoBody)
        return Response(_restarted_json(services.retry(item_id=item_id, user=request.user)))

    @extend_schema(operation_id="queue_cancel", request=None, responses=RestartedItemAnswer)
    def cancel(self, request: Request, item_id: int) -> Response:
        """Cancel an active item; a running transfer stops within two seconds."""
        read_query(request, ())
        read_body(request, NoBody)
        return Response(_restarted_json(services.cancel(item_id=item_id, user=request.user)))

    @extend_schema(operation_id="queue_clear", request=ClearBody, responses=ClearedAnswer)
    def clear(self, request: Request) -> Response:
        """Remove ended items from the queue."""
        read_query(request, ())
        statuses = read_body(request, ClearBody).get("status", _CLEARED_BY_DEFAULT)
        return Response({"deleted": services.clear(statuses=statuses, user=request.user)})

    @extend_schema(operation_id="queue_stats", responses=QueueStatsAnswer)
    def stats(self, request: Request) -> HttpResponse:
        """Count the items by status; say how long they wait and when all will be done."""
        read_query(request, ())
        return json_response(selectors.stats())

    @extend_schema(operation_id="queue_bulk", request=QueueBulkBody, responses=BulkAnswer)
    def bulk(self, request: Request) -> Response:
        """Cancel, retry, delete, pause, resume or re-prioritise up to 1000 items."""
        read_query(request, ())
        result = services.bulk(**read_body(request, QueueBulkBody), user=request.user)
        return Response(
            {
                "success": result.done,
                "failed": len(result.errors),
                "errors": [asdict(error) for error in result.errors],
            }
        )

    @extend_schema(
        operation_id="queue_import",
        request={"application/json": _IMPORT_SCHEMA, "text/plain": OpenApiTypes.STR},
        responses=ImportAnswer,
    )
    def import_urls(self, request: Request) -> HttpResponse:
        """Add up to 10,000 URLs: a text file with one a line, or ``{"urls": [...]}``, or a bare JSON list."""
        read_query(request, ())
        results = services.import_urls(lines=_lines_of(request), user=request.user)
        failed = sum(1 for result in results if result.error_code)
        return json_response(
            {
                "success": len(results) - failed,
                "failed": failed,
                "lines": [
                    {
                        "line": result.line,
                        "url": result.url,
                        "id": None if result.error_code else result.item_id,
                        "existing_id": result.item_id if result.error_code else None,
                        "error_code": result.error_code or None,
                        "detail": result.detail or None,
                    }
                    for result in results
                ],
            }
        )


def _lines_of(request: Request) -> list[object]:
    body: Any = request.data
    if not body and request.content_type.startswith(LinesParser.media_type):
        return []  # an empty file: nothing was parsed
    if isinstance(body, list):
        return body
    return list(read_body(request, ImportBody)["urls"])
