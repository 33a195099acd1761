"""The schema and its page, and the converter ``<id:...>`` for rows' ids in paths."""

from django.urls import URLPattern, URLResolver, path, register_converter

from mediadl.api.limits import INTEGER_LIMIT
from mediadl.api.schema_views import DocsView, SchemaView


class IdConverter:
    """A row's id: 1 to what a database column holds, without leading zeros; anything else is no such path."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        """The number; ``ValueError`` means that the path does not match."""
        number = int(value)
        if number > INTEGER_LIMIT:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        """The number as it stands in a path."""
        return str(value)


register_converter(IdConverter, "id")

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", DocsView.as_view(), name="docs"),
]
