"""The schema and its page."""

from django.urls import URLPattern, URLResolver, path

from mediadl.api.schema_views import DocsView, SchemaView

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", DocsView.as_view(), name="docs"),
]
