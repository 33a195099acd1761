"""``/downloads`` (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from downloads.adoption.api import AdoptionViewSet
from downloads.api.files import DownloadFilesViewSet
from downloads.api.records import DownloadViewSet
from downloads.api.removals import RemovalsViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("downloads", DownloadViewSet.as_view({"get": "list"})),
    path("downloads/stats", DownloadViewSet.as_view({"get": "stats"})),
    path("downloads/removals", RemovalsViewSet.as_view({"get": "show"})),
    path("downloads/bulk", DownloadViewSet.as_view({"post": "bulk"})),
    path("downloads/adoptions", AdoptionViewSet.as_view({"get": "list", "post": "create"})),
    path("downloads/adoptions/<id:run_id>", AdoptionViewSet.as_view({"get": "retrieve"})),
    path("downloads/adoptions/<id:run_id>/cancel", AdoptionViewSet.as_view({"post": "cancel"})),
    path("downloads/archive", DownloadFilesViewSet.as_view({"post": "archive"})),
    path(
        "downloads/<id:download_id>",
        DownloadViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("downloads/<id:download_id>/retry", DownloadViewSet.as_view({"post": "retry"})),
    path("downloads/<id:download_id>/file", DownloadFilesViewSet.as_view({"get": "file"})),
    path("downloads/<id:download_id>/thumbnail", DownloadFilesViewSet.as_view({"get": "thumbnail"})),
]
