"""How large a request's body may be: one limit for all, and a larger one for lists of links."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

REQUEST_BODY_BYTES = 1024 * 1024
# 10,000 links of 800 bytes: signed ones of CDNs have some hundreds. Bounded, as it is held in memory.
LIST_BODY_BYTES = 8 * 1024 * 1024
# The API's list is plain text (JSON keeps the limit of JSON), the page sends its file in a form.
_LISTS = {"/api/v1/queue/import": "text/plain", "/queue/import": "multipart/form-data"}


def body_limit(path: str, content_type: str) -> int:
    """The most bytes that the body of a request for ``path`` (query or not) may have."""
    inner = path.partition("?")[0].removeprefix(settings.ENVIRONMENT.base_path)
    media_type = content_type.partition(";")[0].strip().lower()
    return LIST_BODY_BYTES if media_type and _LISTS.get(inner) == media_type else REQUEST_BODY_BYTES


def scope_body_limit(scope: Mapping[str, Any]) -> int:
    """:func:`body_limit` of an ASGI request."""
    return body_limit(scope["path"], dict(scope["headers"]).get(b"content-type", b"").decode("latin1"))
