"""``/downloads`` (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from downloads.adoption.api import AdoptionViewSet
from downloads.api.bin import BinViewSet
from downloads.api.files import DownloadFilesViewSet
from downloads.api.records import DownloadViewSet
from downloads.api.removals import RemovalsViewSet
from downloads.api.upgrades import UpgradeViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("downloads", DownloadViewSet.as_view({"get": "list"})),
    path("downloads/stats", DownloadViewSet.as_view({"get": "stats"})),
    path("downloads/removals", RemovalsViewSet.as_view({"get": "show"})),
    path("downloads/bulk", DownloadViewSet.as_view({"post": "bulk"})),
    path("downloads/adoptions", AdoptionViewSet.as_view({"get": "list", "post": "create"})),
    path("downloads/adoptions/<id:run_id>", AdoptionViewSet.as_view({"get": "retrieve"})),
    path("downloads/adoptions/<id:run_id>/cancel", AdoptionViewSet.as_view({"post": "cancel"})),
    path("downloads/archive", DownloadFilesViewSet.as_view({"post": "archive"})),
    path("downloads/bin", BinViewSet.as_view({"get": "list", "delete": "empty"})),
    path("downloads/bin/<id:entry_id>", BinViewSet.as_view({"delete": "destroy"})),
    path("downloads/bin/<id:entry_id>/restore", BinViewSet.as_view({"post": "restore"})),
    path("downloads/bin/<id:entry_id>/thumbnail", BinViewSet.as_view({"get": "thumbnail"})),
    path("downloads/upgrades", UpgradeViewSet.as_view({"get": "list"})),
    path("downloads/upgrades/<id:case_id>", UpgradeViewSet.as_view({"get": "retrieve"})),
    path("downloads/upgrades/<id:case_id>/decide", UpgradeViewSet.as_view({"post": "decide"})),
    path("downloads/upgrades/<id:case_id>/undo", UpgradeViewSet.as_view({"post": "undo"})),
    path(
        "downloads/<id:download_id>",
        DownloadViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("downloads/<id:download_id>/retry", DownloadViewSet.as_view({"post": "retry"})),
    path("downloads/<id:download_id>/file", DownloadFilesViewSet.as_view({"get": "file"})),
    path("downloads/<id:download_id>/thumbnail", DownloadFilesViewSet.as_view({"get": "thumbnail"})),
]
