"""Parameters and bodies of ``/downloads``."""

from typing import Any

from rest_framework import serializers

from downloads.annotations.services import MAX_NOTE, MAX_TAG, MAX_TAGS
from downloads.models import DownloadStatus
from downloads.selectors import DEFAULT_SORT, SORTS, DownloadFilters, GroupBy, Period
from downloads.services import BulkAction
from mediadl.api.errors import InvalidFieldsError
from mediadl.api.pagination import PAGE_PARAMETERS
from mediadl.api.query import boolean, choice, day, refuse_date_order, text
from mediadl.api.serializers import DistinctIdsField, StrictSerializer
from mediadl.media import MediaType

_MEDIA_TYPES = [kind.value for kind in MediaType]
SORT_CHOICES = [word for name in SORTS for word in (f"-{name}", name)]

FILTER_PARAMETERS = (
    text("platform", high=40, description="Only this platform."),
    text("source", high=120, description="Only this user, forum or site."),
    choice("status", DownloadStatus.values, description="Only completed or failed ones."),
    day("date_from", description="From this day of the download (UTC), inclusive."),
    day("date_to", description="To this day of the download (UTC), inclusive."),
    text("search", description="Part of the URL or the file name, in any case."),
    text("downloader", high=40, description="Only what this downloader fetched."),
    text("content_type", high=20, description="Only this type: post, story, reel, video, image, attachment."),
    choice("media_type", _MEDIA_TYPES, description="Only images, videos or sounds."),
    boolean("upgraded", description="Only (not) upgraded ones."),
    boolean("kept", description="Only (not) kept ones."),
    text("tag", high=60, description="Only those with this tag."),
)
LIST_PARAMETERS = (
    *FILTER_PARAMETERS,
    choice("sort", SORT_CHOICES, default=DEFAULT_SORT, description="The order; '-' is descending."),
    *PAGE_PARAMETERS,
)
STATS_PARAMETERS = (
    choice("period", [period.value for period in Period], default=Period.ALL.value, description="How far back."),
    choice("group_by", [group.value for group in GroupBy], description="Only this breakdown."),
)
DELETE_PARAMETERS = (
    boolean("delete_file", default=False, description="Remove the file too (admins)."),
    boolean("forget", default=False, description="Let the next run fetch it again."),
)


def filters_from(values: dict[str, Any]) -> DownloadFilters:
    """The list's filters from read parameters.

    Raises:
        InvalidFieldsError: ``date_from`` is after ``date_to``.
    """
    refuse_date_order(values)
    chosen = {parameter.name: values[parameter.name] for parameter in FILTER_PARAMETERS}
    return DownloadFilters(**{**chosen, "search": chosen["search"] or ""})


class FilterBody(StrictSerializer):
    """The list's filters as a JSON object."""

    platform = serializers.CharField(max_length=40, required=False)
    source = serializers.CharField(max_length=120, required=False)  # type: ignore[assignment]
    status = serializers.ChoiceField(DownloadStatus.choices, required=False)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)
    search = serializers.CharField(max_length=500, required=False, trim_whitespace=False)
    downloader = serializers.CharField(max_length=40, required=False)
    content_type = serializers.CharField(max_length=20, required=False)
    media_type = serializers.ChoiceField(_MEDIA_TYPES, required=False)
    upgraded = serializers.BooleanField(required=False)
    kept = serializers.BooleanField(required=False)
    tag = serializers.CharField(max_length=60, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a range of days that ends before it begins."""
        try:
            refuse_date_order({"date_from": None, "date_to": None, **attrs})
        except InvalidFieldsError as error:  # in DRF's own terms, which put the name of this body before the field's
            raise serializers.ValidationError(error.field_errors) from error
        return attrs


class ChosenBody(StrictSerializer):
    """Which downloads: 1 to 1000 distinct ``ids``, or a ``filter``."""

    ids = DistinctIdsField(required=False)
    filter = FilterBody(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One way to choose, not both, not none."""
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"ids": ["Give either ids or filter."]})
        return attrs


class DownloadBulkBody(ChosenBody):
    """``POST /downloads/bulk``."""

    action = serializers.ChoiceField([action.value for action in BulkAction])
    delete_files = serializers.BooleanField(required=False, default=False)


class ArchiveBody(ChosenBody):
    """``POST /downloads/archive``."""


class ChangeBody(StrictSerializer):
    """``PATCH /downloads/{id}``: at least one of them."""

    kept = serializers.BooleanField(required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=MAX_TAG), max_length=MAX_TAGS, required=False)
    note = serializers.CharField(max_length=MAX_NOTE, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Nothing to change is a mistake of the caller's."""
        if not attrs:
            raise serializers.ValidationError({"kept": ["Give kept, tags or note."]})
        return attrs
