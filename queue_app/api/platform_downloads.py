"""``POST /platforms/instagram/download`` and ``POST /platforms/tiktok/download``.

They lie in this room since they put something into the queue, which the platforms must not know.
"""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.idempotency import IDEMPOTENCY_KEY, idempotent
from mediadl.api.query import read_query
from mediadl.api.serializers import StrictSerializer, read_body
from queue_app.models import QueueItem
from queue_app.platform_downloads import start_download
from queue_app.requests import DAYS_BACK_LIMIT, HIGHEST_PRIORITY, LOWEST_PRIORITY, MAX_DOWNLOADS_LIMIT


class _DownloadBody(StrictSerializer):
    username = serializers.CharField(max_length=31)
    max_downloads = serializers.IntegerField(min_value=1, max_value=MAX_DOWNLOADS_LIMIT, required=False)
    days_back = serializers.IntegerField(min_value=1, max_value=DAYS_BACK_LIMIT, required=False)
    priority = serializers.IntegerField(min_value=HIGHEST_PRIORITY, max_value=LOWEST_PRIORITY, required=False)
    downloader = serializers.CharField(max_length=40, required=False)


class InstagramDownloadBody(_DownloadBody):
    """What to get of whom."""

    content_type = serializers.ChoiceField(["posts", "stories", "reels"], required=False)


class TikTokDownloadBody(_DownloadBody):
    """What to get of whom."""

    content_type = serializers.ChoiceField(["videos"], required=False)


class QueuedAnswer(serializers.Serializer):
    """Where the request went."""

    queue_id = serializers.IntegerField()
    task_id = serializers.UUIDField()
    status = serializers.CharField()


class QueuedWithMessageAnswer(QueuedAnswer):
    """The same, with a sentence."""

    message = serializers.CharField()


def queued_json(item: QueueItem) -> dict[str, object]:
    """The answer's members for a fresh queue item."""
    return {"queue_id": item.pk, "task_id": str(item.task_id), "status": "queued"}


class PlatformDownloadViewSet(ViewSet):
    """Downloads by user name."""

    @extend_schema(
        operation_id="platforms_instagram_download",
        parameters=[IDEMPOTENCY_KEY],
        request=InstagramDownloadBody,
        responses={202: QueuedWithMessageAnswer},
    )
    @idempotent
    def instagram(self, request: Request) -> Response:
        """Start a download of a user's Instagram posts, stories or reels."""
        read_query(request, ())
        item = start_download(
            platform="instagram", **read_body(request, InstagramDownloadBody), user=signed_in_user(request)
        )
        return Response({**queued_json(item), "message": "Download queued successfully"}, status=202)

    @extend_schema(
        operation_id="platforms_tiktok_download",
        parameters=[IDEMPOTENCY_KEY],
        request=TikTokDownloadBody,
        responses={202: QueuedAnswer},
    )
    @idempotent
    def tiktok(self, request: Request) -> Response:
        """Start a download of a user's TikTok videos."""
        read_query(request, ())
        item = start_download(platform="tiktok", **read_body(request, TikTokDownloadBody), user=signed_in_user(request))
        return Response(queued_json(item), status=202)
