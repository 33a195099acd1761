"""How the answers of ``/downloads`` look, for the schema; :mod:`downloads.selectors` makes them."""

from rest_framework import serializers

from downloads.models import DownloadStatus


class DownloadMetadata(serializers.Serializer):
    """What is known of the media; an adapter may add more members."""

    media_id = serializers.CharField()
    resolution = serializers.CharField(allow_null=True)
    upgraded = serializers.BooleanField()


class DownloadAnswer(serializers.Serializer):
    """One download."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    url_hash = serializers.CharField()
    platform = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the API's word
    content_type = serializers.CharField()
    filename = serializers.CharField(allow_null=True)
    file_path = serializers.CharField(allow_null=True)
    file_size = serializers.IntegerField()
    file_hash = serializers.CharField(allow_null=True)
    post_date = serializers.DateTimeField(allow_null=True)
    download_date = serializers.DateTimeField()
    status = serializers.ChoiceField(DownloadStatus.choices)
    attempts = serializers.IntegerField()
    kept = serializers.BooleanField()
    metadata = DownloadMetadata()


class DownloadDetail(DownloadAnswer):
    """One download, with the path of its thumbnail."""

    thumbnail_url = serializers.CharField(allow_null=True)


class DownloadPage(serializers.Serializer):
    """A page of downloads."""

    items = DownloadAnswer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    per_page = serializers.IntegerField()
    total_pages = serializers.IntegerField()


class DayCount(serializers.Serializer):
    """One day of the timeline."""

    date = serializers.DateField()
    count = serializers.IntegerField()


class DownloadStatsAnswer(serializers.Serializer):
    """The library in figures."""

    total_downloads = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()
    success_rate = serializers.FloatField()
    total_size_bytes = serializers.IntegerField()
    by_platform = serializers.DictField(child=serializers.IntegerField(), required=False)
    by_source = serializers.DictField(child=serializers.IntegerField(), required=False)
    by_content_type = serializers.DictField(child=serializers.IntegerField(), required=False)
    timeline = DayCount(many=True)


class DownloadProblem(serializers.Serializer):
    """Why one download was not changed."""

    id = serializers.IntegerField()
    error_code = serializers.CharField()
    detail = serializers.CharField()


class DownloadBulkAnswer(serializers.Serializer):
    """How a bulk action went."""

    success = serializers.IntegerField()
    failed = serializers.IntegerField()
    errors = DownloadProblem(many=True)  # type: ignore[assignment] # the API's word


class RetriedAnswer(serializers.Serializer):
    """The queue item that fetches the download again."""

    queue_id = serializers.IntegerField()
    task_id = serializers.UUIDField()
    status = serializers.CharField()
    message = serializers.CharField()
