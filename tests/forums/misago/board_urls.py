"""The addresses of the tests' Misago: its own, and the files that a web server would serve."""

from django.conf import settings
from django.contrib.staticfiles.views import serve as serve_static
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog
from django.views.static import serve as serve_media

urlpatterns = [
    path("media/<path:path>", serve_media, {"document_root": settings.MEDIA_ROOT}),
    path("static/<path:path>", serve_static, {"insecure": True}),
    path("django-i18n.js", JavaScriptCatalog.as_view(), name="django-i18n"),
    path("", include("misago.urls", namespace="misago")),
]
handler403 = "misago.core.errorpages.permission_denied"
handler404 = "misago.core.errorpages.page_not_found"
