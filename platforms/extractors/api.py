"""``/platforms/extractors``: the versions of gallery-dl and yt-dlp, and their update."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl.api.query import read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import StrictSerializer, read_body
from mediadl.clock import isoformat_seconds
from platforms.extractors import updates
from platforms.extractors.environment import PACKAGES, bundled_versions, current
from platforms.extractors.tasks import start_update


class ExtractorAnswer(serializers.Serializer):
    """One program."""

    name = serializers.CharField()
    version = serializers.CharField()
    bundled_version = serializers.CharField()


class ExtractorsAnswer(serializers.Serializer):
    """The programs in use, and how their last update ended."""

    extractors = ExtractorAnswer(many=True)
    updated_at = serializers.DateTimeField(allow_null=True)
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_null=True)
    updating = serializers.BooleanField()


class UpdateBody(StrictSerializer):
    """Nothing is to be said."""


def extractors_json() -> dict[str, Any]:
    """The answer."""
    found, own, last = current(), bundled_versions(), updates.last_update()
    used = found.versions if found else own
    return {
        "extractors": [{"name": one, "version": used[one], "bundled_version": own[one]} for one in PACKAGES],
        "updated_at": isoformat_seconds(found.installed_at) if found else None,
        "last_attempt_at": isoformat_seconds(last.ended_at) if last else None,
        "last_error": (last.error or None) if last else None,
        "updating": updates.is_running(),
    }


class ExtractorsViewSet(ViewSet):
    """The programs that read sites."""

    required_roles: ClassVar[dict[str, Role]] = {"update_all": Role.ADMIN}

    @extend_schema(operation_id="platforms_extractors", responses=ExtractorsAnswer)
    def list(self, request: Request) -> Response:
        """Their versions, and how the last update ended."""
        read_query(request, ())
        return Response(extractors_json())

    @extend_schema(operation_id="platforms_extractors_update", request=UpdateBody, responses={202: ExtractorsAnswer})
    def update_all(self, request: Request) -> Response:
        """Have a worker install the newest, test them, and use them if they pass."""
        read_query(request, ())
        read_body(request, UpdateBody)
        start_update()
        return Response(extractors_json(), status=202)
