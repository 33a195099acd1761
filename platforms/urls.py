"""``/platforms`` (mounted in mediadl.urls); what starts downloads and monitors lies in upper rooms."""

from django.urls import URLPattern, URLResolver, path

from platforms.access_api import SiteAccessViewSet
from platforms.api import PlatformViewSet
from platforms.extractors.api import ExtractorsViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("platforms", PlatformViewSet.as_view({"get": "list"})),
    path("platforms/access", SiteAccessViewSet.as_view({"get": "list"})),
    path(
        "platforms/access/<str:pk>",
        SiteAccessViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path(
        "platforms/access/<str:pk>/cookies",
        SiteAccessViewSet.as_view({"put": "store_cookies", "delete": "remove_cookies"}),
    ),
    path("platforms/extractors", ExtractorsViewSet.as_view({"get": "list"})),
    path("platforms/extractors/update", ExtractorsViewSet.as_view({"post": "update_all"})),
]
