"""``/queue`` and ``/queue/{id}``."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from mediadl.api.idempotency import IDEMPOTENCY_KEY, idempotent
from mediadl.api.pagination import PAGE_PARAMETERS, page_parameters, paginated_headers
from mediadl.api.query import openapi_parameters, read_query
from mediadl.api.renderers import json_response
from mediadl.api.serializers import read_body
from mediadl.api.views import ApiViewSet
from mediadl.clock import isoformat_seconds
from queue_app import selectors, services
from queue_app.api.answers import ChangedItemAnswer, CreatedItemAnswer, QueueItemDetail, QueuePageAnswer
from queue_app.api.requests import LIST_PARAMETERS, QueueChange, QueueRequestBody
from queue_app.models import QueueItem


def created_json(item: QueueItem) -> dict[str, Any]:
    """A new item as ``POST /queue`` answers it."""
    return {
        "id": item.pk,
        "url": item.url,
        "platform": item.platform,
        "source": item.source,
        "status": item.status,
        "created_date": isoformat_seconds(item.created_date),
        "task_id": str(item.task_id),
    }


class QueueViewSet(ApiViewSet):
    """The queue and its items."""

    @extend_schema(operation_id="queue_list", parameters=openapi_parameters(LIST_PARAMETERS), responses=QueuePageAnswer)
    def list(self, request: Request) -> HttpResponse:
        """List the queue: running, waiting as they will start, paused, then ended ones, newest first."""
        values = read_query(request, LIST_PARAMETERS)
        page, per_page = values["page"], values["per_page"]
        found = selectors.list_items(
            status=values["status"] or "",
            platform=values["platform"] or "",
            sort=values["sort"] or "",
            page=page,
            per_page=per_page,
        )
        return json_response(
            {"items": found.items, "total": found.total, **found.counts},
            headers=paginated_headers(request, page=page, per_page=per_page, total=found.total),
        )

    @extend_schema(
        operation_id="queue_add",
        parameters=[IDEMPOTENCY_KEY],
        request=QueueRequestBody,
        responses={201: CreatedItemAnswer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a URL: a post, a profile, a thread, a page or a file."""
        read_query(request, ())
        body = read_body(request, QueueRequestBody)
        given = {name: value for name, value in body.items() if value is not None}
        return Response(created_json(services.enqueue(**given, user=request.user)), status=201)

    @extend_schema(operation_id="queue_get", parameters=openapi_parameters(PAGE_PARAMETERS), responses=QueueItemDetail)
    def retrieve(self, request: Request, item_id: int) -> HttpResponse:
        """Get an item with its tries and a page of what became of its media."""
        page = page_parameters(request)
        item = selectors.get_item(item_id)
        found = selectors.outcomes(item_id=item_id, page=page.page, per_page=page.per_page)
        return json_response(
            {
                **selectors.item_json(item),
                "attempts_log": selectors.attempts_log(item_id),
                "outcomes": found.rows,
            },
            headers=paginated_headers(request, page=page.page, per_page=page.per_page, total=found.total),
        )

    @extend_schema(operation_id="queue_change", request=QueueChange, responses=ChangedItemAnswer)
    def partial_update(self, request: Request, item_id: int) -> Response:
        """Change the priority, pause (``paused``) or resume (``pending``) an item."""
        read_query(request, ())
        body = read_body(request, QueueChange)
        item = services.update(item_id=item_id, **body, user=request.user)
        return Response({"id": item.pk, "status": item.status, "priority": item.priority})

    @extend_schema(operation_id="queue_delete", responses={204: None})
    def destroy(self, request: Request, item_id: int) -> Response:
        """Remove an item in any status; files that are finished stay."""
        read_query(request, ())
        services.delete(item_id=item_id, user=request.user)
        return Response(status=204)
