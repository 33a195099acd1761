"""``/platforms`` (mounted in mediadl.urls); what starts downloads and monitors lies in upper rooms."""

from django.urls import URLPattern, URLResolver, path

from platforms.api import PlatformViewSet

urlpatterns: list[URLPattern | URLResolver] = [path("platforms", PlatformViewSet.as_view({"get": "list"}))]
