"""The endpoints below ``/stats``."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from mediadl.api.query import choice, openapi_parameters, read_query
from mediadl.stats import selectors
from mediadl.stats.breakdown import platform_breakdown
from mediadl.stats.selectors import Bucket, Period
from platforms.selectors import PlatformStatus, platform_statuses

TIMELINE_PARAMETERS = (
    choice("period", [period.value for period in Period], default="week", description="How far back."),
    choice("group_by", [bucket.value for bucket in Bucket], default="day", description="The length of a row, in UTC."),
)


class DownloadCountsAnswer(serializers.Serializer):
    """New files."""

    today = serializers.IntegerField()
    week = serializers.IntegerField()
    month = serializers.IntegerField()
    total = serializers.IntegerField()


class QueueCountsAnswer(serializers.Serializer):
    """Requests in the queue."""

    pending = serializers.IntegerField()
    downloading = serializers.IntegerField()
    failed = serializers.IntegerField()


class SuccessRatesAnswer(serializers.Serializer):
    """Percent of the media that were stored."""

    today = serializers.FloatField()
    week = serializers.FloatField()
    month = serializers.FloatField()


class StorageAnswer(serializers.Serializer):
    """What the library takes."""

    used_bytes = serializers.IntegerField()
    used_human = serializers.CharField()
    limit_bytes = serializers.IntegerField(allow_null=True)
    limit_human = serializers.CharField(allow_null=True)
    percent = serializers.FloatField()


class PlatformTodayAnswer(serializers.Serializer):
    """One platform today."""

    status = serializers.ChoiceField([status.value for status in PlatformStatus])
    downloads_today = serializers.IntegerField()


class NextTaskAnswer(serializers.Serializer):
    """The job that is due first."""

    job_id = serializers.CharField()
    job_name = serializers.CharField()
    scheduled_time = serializers.DateTimeField()
    in_seconds = serializers.IntegerField()


class OverviewAnswer(serializers.Serializer):
    """The dashboard's figures."""

    downloads = DownloadCountsAnswer()
    queue = QueueCountsAnswer()
    success_rate = SuccessRatesAnswer()
    storage = StorageAnswer()
    platforms = serializers.DictField(child=PlatformTodayAnswer())
    next_scheduled_task = NextTaskAnswer(allow_null=True)


class TimelineRowAnswer(serializers.Serializer):
    """One bucket."""

    timestamp = serializers.DateTimeField()
    downloads = serializers.IntegerField()
    success = serializers.IntegerField()
    failed = serializers.IntegerField()


class TimelineAnswer(serializers.Serializer):
    """Buckets without gaps, oldest first."""

    timeline = TimelineRowAnswer(many=True)


class PlatformRowAnswer(serializers.Serializer):
    """One platform's sums."""

    platform = serializers.CharField()
    downloads = serializers.IntegerField()
    success = serializers.IntegerField()
    failed = serializers.IntegerField()
    success_rate = serializers.FloatField()
    total_size_bytes = serializers.IntegerField()


class PlatformBreakdownAnswer(serializers.Serializer):
    """All platforms that have downloads."""

    platforms = PlatformRowAnswer(many=True)


class StatsViewSet(ViewSet):
    """Figures over the whole library and queue."""

    @extend_schema(operation_id="stats_overview", responses=OverviewAnswer)
    def overview(self, request: Request) -> Response:
        """Downloads, queue, success, storage, platforms and the next job."""
        read_query(request, ())
        return Response(selectors.overview(platform_statuses()))

    @extend_schema(
        operation_id="stats_timeline", parameters=openapi_parameters(TIMELINE_PARAMETERS), responses=TimelineAnswer
    )
    def timeline(self, request: Request) -> Response:
        """Downloads in each hour, day, week or month; zeros included."""
        query = read_query(request, TIMELINE_PARAMETERS)
        return Response({"timeline": selectors.timeline(Period(query["period"]), Bucket(query["group_by"]))})

    @extend_schema(operation_id="stats_platforms", responses=PlatformBreakdownAnswer)
    def platforms(self, request: Request) -> Response:
        """Downloads, success and size of each platform."""
        read_query(request, ())
        return Response({"platforms": platform_breakdown()})
