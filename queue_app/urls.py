"""``/queue``, and what puts a platform's downloads into it (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from queue_app.api.actions import IMPORT_PARSERS, QueueActionsViewSet
from queue_app.api.items import QueueViewSet
from queue_app.api.platform_downloads import PlatformDownloadViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("queue", QueueViewSet.as_view({"get": "list", "post": "create"})),
    path("queue/stats", QueueActionsViewSet.as_view({"get": "stats"})),
    path("queue/clear", QueueActionsViewSet.as_view({"post": "clear"})),
    path("queue/bulk", QueueActionsViewSet.as_view({"post": "bulk"})),
    path("queue/import", QueueActionsViewSet.as_view({"post": "import_urls"}, parser_classes=IMPORT_PARSERS)),
    path(
        "queue/<id:item_id>",
        QueueViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("queue/<id:item_id>/retry", QueueActionsViewSet.as_view({"post": "retry"})),
    path("queue/<id:item_id>/cancel", QueueActionsViewSet.as_view({"post": "cancel"})),
    path("platforms/instagram/download", PlatformDownloadViewSet.as_view({"post": "instagram"})),
    path("platforms/tiktok/download", PlatformDownloadViewSet.as_view({"post": "tiktok"})),
]
