"""Where every room is mounted: the API below ``/api/v1``, the pages, the admin, the probes."""

from django.contrib import admin
from django.urls import include, path

_API_ROOMS = [
    "mediadl.accounts.urls",
    "downloads.urls",
    "queue_app.urls",
    "scheduler.urls",
    "platforms.urls",
    "mediadl.configuration.urls",
    "mediadl.notifications.urls",
    "mediadl.logs.urls",
    "mediadl.stats.urls",
]

urlpatterns = [
    *(path("api/v1/", include(room)) for room in _API_ROOMS),
    path("admin/", admin.site.urls),
    path("", include("mediadl.operations.urls")),
    path("", include("mediadl.ui.urls")),
]
