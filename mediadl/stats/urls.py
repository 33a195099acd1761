"""``/stats`` (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from mediadl.stats.api import StatsViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("stats/overview", StatsViewSet.as_view({"get": "overview"})),
    path("stats/timeline", StatsViewSet.as_view({"get": "timeline"})),
    path("stats/platforms", StatsViewSet.as_view({"get": "platforms"})),
]
