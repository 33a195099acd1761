"""The paths of this room (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from mediadl.logs.api import LogViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("logs", LogViewSet.as_view({"get": "list", "delete": "clear"}), name="logs"),
    path("logs/download", LogViewSet.as_view({"get": "download"}), name="logs-download"),
]
