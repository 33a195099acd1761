"""How the answers of ``/queue`` look, for the schema; :mod:`queue_app.item_json` makes them."""

from rest_framework import serializers

from queue_app.states import Status

_STATUSES = [(status.value, status.name) for status in Status]


class QueueItemAnswer(serializers.Serializer):
    """One item."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    platform = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the API's word
    referer = serializers.CharField(allow_null=True)
    save_path = serializers.CharField()
    priority = serializers.IntegerField()
    status = serializers.ChoiceField(_STATUSES)
    attempts = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    created_date = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    download_date = serializers.DateTimeField(allow_null=True)
    progress = serializers.IntegerField()
    estimated_completion = serializers.DateTimeField(allow_null=True)
    assigned_worker = serializers.CharField(allow_null=True)
    error_message = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    items_downloaded = serializers.IntegerField()
    items_total = serializers.IntegerField(allow_null=True)
    items_skipped = serializers.IntegerField()
    items_failed = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class QueuePageAnswer(serializers.Serializer):
    """A page of the queue; the counts by status ignore the status filter."""

    items = QueueItemAnswer(many=True)
    total = serializers.IntegerField()
    pending = serializers.IntegerField()
    downloading = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()
    paused = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class CreatedItemAnswer(serializers.Serializer):
    """A new item."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    platform = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the API's word
    status = serializers.ChoiceField(_STATUSES)
    created_date = serializers.DateTimeField()
    task_id = serializers.UUIDField()


class ChangedItemAnswer(serializers.Serializer):
    """A changed item."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(_STATUSES)
    priority = serializers.IntegerField()


class RestartedItemAnswer(serializers.Serializer):
    """An item that was retried or cancelled."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(_STATUSES)
    attempts = serializers.IntegerField()
    task_id = serializers.UUIDField()


class AttemptAnswer(serializers.Serializer):
    """One try."""

    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    worker = serializers.CharField()
    error_code = serializers.CharField(allow_null=True)
    error_message = serializers.CharField(allow_null=True)


class OutcomeAnswer(serializers.Serializer):
    """What became of one media item."""

    media_id = serializers.CharField()
    url = serializers.CharField()
    media_url = serializers.CharField()
    outcome = serializers.CharField()
    reason = serializers.CharField()
    detail = serializers.CharField()
    download_id = serializers.IntegerField(allow_null=True)


class QueueItemDetail(QueueItemAnswer):
    """One item with its tries and a page of what became of its media."""

    attempts_log = AttemptAnswer(many=True)
    outcomes = OutcomeAnswer(many=True)


class ClearedAnswer(serializers.Serializer):
    """How many items went."""

    deleted = serializers.IntegerField()


class QueueStatsAnswer(serializers.Serializer):
    """The queue in figures."""

    total = serializers.IntegerField()
    pending = serializers.IntegerField()
    downloading = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()
    paused = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    avg_wait_time_seconds = serializers.IntegerField()
    estimated_completion = serializers.DateTimeField(allow_null=True)
    active_workers = serializers.IntegerField()


class BulkProblem(serializers.Serializer):
    """Why one item was not changed."""

    id = serializers.IntegerField()
    error_code = serializers.CharField()
    detail = serializers.CharField()


class BulkAnswer(serializers.Serializer):
    """How a bulk change went."""

    success = serializers.IntegerField()
    failed = serializers.IntegerField()
    errors = BulkProblem(many=True)  # type: ignore[assignment] # the API's word


class ImportedLineAnswer(serializers.Serializer):
    """What became of one line."""

    line = serializers.IntegerField()
    url = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    existing_id = serializers.IntegerField(allow_null=True)
    error_code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)


class ImportAnswer(serializers.Serializer):
    """How an import went."""

    success = serializers.IntegerField()
    failed = serializers.IntegerField()
    lines = ImportedLineAnswer(many=True)
