"""The paths of this room (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from mediadl.operations.api import MetricsView, healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", MetricsView.as_view(), name="metrics"),
]
