"""``/api/v1/schema`` and ``/api/v1/docs``."""

from functools import cache

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from mediadl.api.query import read_query
from mediadl.api.views import ApiView

SCHEMA_MEDIA_TYPE = "application/vnd.oai.openapi+json"


@cache
def schema_json() -> bytes:
    """The OpenAPI document; it depends on the code alone, so a process makes it once."""
    document = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)


class SchemaView(ApiView):
    """The machine-readable description of the API."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """The OpenAPI 3.1 document."""
        read_query(request, ())
        return HttpResponse(schema_json(), content_type=SCHEMA_MEDIA_TYPE)


class DocsView(View):
    """The description for people, by Swagger UI from our own server."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        return render(request, "api/docs.html")
