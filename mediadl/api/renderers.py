"""JSON out, by orjson."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer


class OrjsonRenderer(BaseRenderer):
    """The API's only renderer."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        _accepted_media_type: str | None = None,
        _renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """``data`` as JSON; None (204) is an empty body."""
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)


class JsonOnlyNegotiation(BaseContentNegotiation):
    """Answers JSON whatever ``Accept`` says: there is nothing to choose from."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The parser that takes the body's media type, or None (415)."""
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(self, _request: Any, renderers: Any, _format_suffix: str | None = None) -> Any:
        """The first renderer, always."""
        return renderers[0], renderers[0].media_type


def json_response(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """``data`` as a finished JSON response, without DRF's rendering step: for the lists."""
    return HttpResponse(orjson.dumps(data), status=status, content_type="application/json", headers=headers)
