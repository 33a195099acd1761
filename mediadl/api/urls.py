"""The schema and its page."""

from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt

from mediadl.api.schema_views import DocsView, SchemaView

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", csrf_exempt(DocsView.as_view()), name="docs"),
]
