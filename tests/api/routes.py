"""Every route of the API with its methods, read from Django's URL tables."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PREFIX = "api/v1/"
_CONVERTER = re.compile(r"<[^>]+>")


def _patterns(entries: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for entry in entries:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns, path)
        elif isinstance(entry, URLPattern) and path.startswith(PREFIX):
            yield path.removeprefix(PREFIX), entry.callback


def _methods(callback: Any) -> set[str]:
    actions = getattr(callback, "actions", None)
    if actions:
        return {method.upper() for method in actions} - {"HEAD", "OPTIONS"}
    view = getattr(callback, "cls", None) or callback.view_class
    return {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}


def routes() -> list[tuple[str, str]]:
    """``("GET", "queue/<id:item_id>")`` for each route and method."""
    return sorted(
        (method, path) for path, callback in _patterns(get_resolver().url_patterns) for method in _methods(callback)
    )


def sample(path: str) -> str:
    """A path of that route, to something that is not there."""
    return "/" + _CONVERTER.sub(lambda found: "999999" if "id:" in found.group() else "none", path)
