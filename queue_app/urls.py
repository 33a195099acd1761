"""``/queue``, and what puts a platform's downloads into it (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from queue_app.api import actions, items
from queue_app.api.platform_downloads import PlatformDownloadViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("queue", items.QueueView.as_view()),
    path("queue/stats", actions.StatsView.as_view()),
    path("queue/clear", actions.ClearView.as_view()),
    path("queue/bulk", actions.BulkView.as_view()),
    path("queue/import", actions.ImportView.as_view()),
    path("queue/<id:item_id>", items.QueueItemView.as_view()),
    path("queue/<id:item_id>/retry", actions.RetryView.as_view()),
    path("queue/<id:item_id>/cancel", actions.CancelView.as_view()),
    path("platforms/instagram/download", PlatformDownloadViewSet.as_view({"post": "instagram"})),
    path("platforms/tiktok/download", PlatformDownloadViewSet.as_view({"post": "tiktok"})),
]
