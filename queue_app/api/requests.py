"""Bodies and parameters of ``/queue``."""

from typing import Any

from rest_framework import serializers

from mediadl.api.pagination import PAGE_PARAMETERS
from mediadl.api.query import choice, text
from mediadl.api.serializers import DistinctIdsField, StrictSerializer
from mediadl.net.urls import MAX_URL_LENGTH
from queue_app.requests import DAYS_BACK_LIMIT, HIGHEST_PRIORITY, LOWEST_PRIORITY, MAX_DOWNLOADS_LIMIT
from queue_app.selectors import SORTS
from queue_app.states import ENDED, Status

BULK_ACTIONS = ("cancel", "retry", "delete", "pause", "resume", "priority")

LIST_PARAMETERS = (
    choice("status", [status.value for status in Status], description="Only items in this status."),
    text("platform", high=40, description="Only items of this platform."),
    choice("sort", SORTS, description="Another order than the one in which items run; '-' reverses it."),
    *PAGE_PARAMETERS,
)


def _priority(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=HIGHEST_PRIORITY, max_value=LOWEST_PRIORITY, **options)


class QueueRequestBody(StrictSerializer):
    """``POST /queue``; only ``url`` is required."""

    url = serializers.CharField(max_length=MAX_URL_LENGTH, trim_whitespace=False)
    platform = serializers.CharField(max_length=40, required=False)
    source = serializers.CharField(max_length=120, required=False, allow_null=True)  # type: ignore[assignment]
    content_type = serializers.CharField(max_length=20, required=False, allow_null=True, allow_blank=True)
    downloader = serializers.CharField(max_length=40, required=False, allow_null=True)
    priority = _priority(required=False, allow_null=True)
    max_downloads = serializers.IntegerField(
        min_value=1, max_value=MAX_DOWNLOADS_LIMIT, required=False, allow_null=True
    )
    days_back = serializers.IntegerField(min_value=1, max_value=DAYS_BACK_LIMIT, required=False, allow_null=True)
    referer = serializers.CharField(max_length=MAX_URL_LENGTH, required=False, allow_null=True, trim_whitespace=False)
    metadata = serializers.DictField(required=False)


class QueueChange(StrictSerializer):
    """``PATCH /queue/{id}``: either or both."""

    priority = _priority(required=False)
    status = serializers.ChoiceField([Status.PAUSED.value, Status.PENDING.value], required=False)


class ClearBody(StrictSerializer):
    """``POST /queue/clear``; completed and failed ones if left out."""

    status = serializers.ListField(
        child=serializers.ChoiceField([status.value for status in ENDED]),
        min_length=1,
        max_length=len(ENDED),
        required=False,
    )


class QueueBulkBody(StrictSerializer):
    """``POST /queue/bulk``."""

    action = serializers.ChoiceField(BULK_ACTIONS)
    ids = DistinctIdsField()
    priority = _priority(required=False)


class ImportBody(StrictSerializer):
    """``POST /queue/import`` as JSON (or a plain text file, a URL a line); what is no text is an error of its line."""

    urls = serializers.ListField(child=serializers.JSONField(allow_null=True))
