"""The queue: requests, what became of each of their files, tries, slots, waits and counts."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from queue_app.states import ACTIVE, Status

_STATUSES = [(status.value, status.value.capitalize()) for status in Status]


class QueueItem(models.Model):
    """One request: "15 posts of this profile", "this thread", "this URL".

    The table is the truth; background tasks only wake workers up. Whoever runs the item holds its
    lease (``lease_worker`` until ``lease_expires_at``), and each of its writes carries ``fence``.
    """

    url = models.TextField()
    url_hash = models.CharField(max_length=64)  # SHA-256 hex of the normalised url
    host = models.CharField(max_length=255)  # of the url; what a site's wait and circuit go by
    platform = models.CharField(max_length=40)
    downloader = models.CharField(max_length=40, blank=True)  # empty: the first that is enabled
    used_downloader = models.CharField(max_length=40, blank=True)  # the one that listed it
    source = models.CharField(max_length=120)
    content_type = models.CharField(max_length=20, blank=True)  # plural, as requested; empty: all
    referer = models.TextField(null=True)  # noqa: DJ001 - null in the API
    priority = models.PositiveSmallIntegerField()  # 1 first .. 10 last
    max_downloads = models.PositiveIntegerField(null=True)
    days_back = models.PositiveIntegerField(null=True)
    metadata = models.JSONField(default=dict)  # the client's own
    task_id = models.UUIDField(default=uuid.uuid4)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    status = models.CharField(max_length=12, choices=_STATUSES, default=Status.PENDING.value)
    list_rank = models.PositiveSmallIntegerField(default=1)  # states.LIST_RANK of the status
    list_order = models.BigIntegerField()  # priority while active, minus the end in microseconds after
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField()
    created_date = models.DateTimeField()
    started_at = models.DateTimeField(null=True)  # of the first claim
    ended_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, blank=True)  # why a pending one does not run
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(null=True)  # noqa: DJ001 - null in the API

    listing_ended = models.BooleanField(default=False)
    listing_cursor = models.JSONField(null=True)  # the adapter's own, where to go on
    items_total = models.PositiveIntegerField(null=True)  # null while the listing goes on
    items_listed = models.PositiveIntegerField(default=0)
    items_downloaded = models.PositiveIntegerField(default=0)
    items_skipped = models.PositiveIntegerField(default=0)
    items_failed = models.PositiveIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    estimated_completion = models.DateTimeField(null=True)

    lease_worker = models.CharField(max_length=120, null=True)  # noqa: DJ001 - null: nobody holds it
    lease_expires_at = models.DateTimeField(null=True)
    fence = models.PositiveBigIntegerField(default=0)  # rises with every claim
    deaths = models.PositiveSmallIntegerField(default=0)  # workers that died while they ran it
    deaths_alone = models.PositiveSmallIntegerField(default=0)  # of these, while they ran nothing else

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["url_hash", "content_type", "downloader"],
                condition=Q(status__in=[status.value for status in ACTIVE]),
                name="queue_one_active",
            ),
            models.CheckConstraint(name="queue_priority_range", condition=Q(priority__gte=1, priority__lte=10)),
            models.CheckConstraint(
                name="queue_status_known", condition=Q(status__in=[status.value for status in Status])
            ),
            models.CheckConstraint(
                name="queue_lease_while_downloading",
                condition=Q(status="downloading", lease_worker__isnull=False, lease_expires_at__isnull=False)
                | (~Q(status="downloading") & Q(lease_worker__isnull=True, lease_expires_at__isnull=True)),
            ),
            models.CheckConstraint(name="queue_progress_percent", condition=Q(progress__lte=100)),
        ]
        indexes = [
            models.Index(fields=["list_rank", "list_order", "id"], name="queue_shown_order"),
            models.Index(fields=["status", "list_order", "id"], name="queue_status_order"),
            models.Index(fields=["platform", "list_rank", "list_order", "id"], name="queue_platform_order"),
            models.Index(fields=["platform", "status", "list_order", "id"], name="queue_platform_status_order"),
            models.Index(fields=["source", "id"], name="queue_source"),
            models.Index(fields=["priority", "id"], name="queue_priority"),
            # Holds every column that a claim looks at, so that 100,000 items that wait are skipped fast.
            models.Index(
                fields=[
                    "list_order",
                    "id",
                    "next_attempt_at",
                    "platform",
                    "downloader",
                    "host",
                    "listing_ended",
                    "deaths",
                ],
                name="queue_claim",
                condition=Q(status="pending"),
            ),
            models.Index(fields=["-started_at"], name="queue_started", condition=Q(started_at__isnull=False)),
            models.Index(fields=["lease_expires_at"], name="queue_lease", condition=Q(status="downloading")),
            models.Index(
                fields=["next_attempt_at"], name="queue_next_attempt", condition=Q(next_attempt_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.url}"


class Attempt(models.Model):
    """One try at a queue item (``attempts_log`` in the API)."""

    item = models.ForeignKey(QueueItem, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(null=True)  # noqa: DJ001 - null in the API

    class Meta:
        indexes = [models.Index(fields=["item", "started_at"], name="attempt_item_start")]

    def __str__(self) -> str:
        return f"try {self.number} of {self.item_id}"


class Outcome(models.Model):
    """What became of one media item of one queue item.

    A row is written as ``listed`` when the adapter yields it, with all that a later attempt needs
    to fetch it (``media``), so nothing is listed twice and memory stays bounded.
    """

    item = models.ForeignKey(QueueItem, on_delete=models.CASCADE, related_name="outcomes")
    position = models.PositiveIntegerField()  # in the order of the listing
    media_id = models.CharField(max_length=200)
    url = models.TextField()
    media_url = models.TextField(blank=True)
    outcome = models.CharField(max_length=12)  # mediadl.media.OutcomeKind
    reason = models.CharField(max_length=40, blank=True)  # SkipReason or an error code
    detail = models.TextField(blank=True)
    retryable = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    download_id = models.BigIntegerField(null=True)
    media = models.JSONField(default=dict)  # the MediaItem, see queue_app.engine.media_json

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "media_id"], name="outcome_media_once")]
        indexes = [
            models.Index(fields=["item", "position"], name="outcome_item_position"),
            models.Index(fields=["item", "outcome", "position"], name="outcome_item_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.media_id}: {self.outcome}"


class TransferSlot(models.Model):
    """One of the ``concurrent_downloads`` transfers that may run at once, over all workers and hosts."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    worker = models.CharField(max_length=120, null=True)  # noqa: DJ001 - null: free
    expires_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"slot {self.number}: {self.worker or 'free'}"


class Worker(models.Model):
    """A live drain: its heartbeat, and where it runs, so that its death is noticed."""

    name = models.CharField(max_length=120, primary_key=True)  # host:pid:start-time:random
    host = models.CharField(max_length=80)
    pid = models.PositiveIntegerField()
    process_started = models.CharField(max_length=30)  # /proc/<pid>/stat field 22, tells reuse of a pid
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class QueueCount(models.Model):
    """How many queue items a platform has in a status; kept by the transaction that changes them."""

    platform = models.CharField(max_length=40)
    status = models.CharField(max_length=12)
    n = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "status"], name="queue_count_once")]

    def __str__(self) -> str:
        return f"{self.platform} {self.status}: {self.n}"


class HostWait(models.Model):
    """A host or downloader that asked everybody to wait (429, 503 with ``Retry-After``)."""

    key = models.CharField(max_length=255, primary_key=True)  # "host:example.org", "downloader:fastdl"
    until = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=1)  # in a row

    def __str__(self) -> str:
        return f"{self.key} until {self.until}"


class Budget(models.Model):
    """Requests made in the running hour for a platform, downloader or host."""

    key = models.CharField(max_length=255, primary_key=True)
    window_started_at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"


class Pause(models.Model):
    """Why all downloading stands still (a full, read-only or vanished disk), while it does."""

    reason = models.CharField(max_length=20, primary_key=True)
    detail = models.TextField()
    since = models.DateTimeField()
    needed_bytes = models.PositiveBigIntegerField(default=0)  # how much room ends it

    def __str__(self) -> str:
        return self.reason


class ListedScope(models.Model):
    """How far the last complete run over a source listed without a gap; lets the next one stop early.

    Kept only while every file of that run is here: a failed one would otherwise be passed over.
    """

    key = models.CharField(max_length=64, primary_key=True)  # SHA-256 of platform, downloader, url, content type
    max_posts = models.PositiveIntegerField(null=True)  # null: to the listing's end
    cutoff = models.DateTimeField(null=True)  # null: of any age
    listed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
