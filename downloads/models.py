"""The library: what was stored, what failed for good, what was deleted on purpose, and the counts."""

from django.db import models
from django.db.models import Q


class MediaRoot(models.Model):
    """A folder that once was ``download_directory``; rows hold paths relative to it."""

    path = models.CharField(max_length=1000, unique=True)

    def __str__(self) -> str:
        return self.path


class StoredFile(models.Model):
    """One name on disk. The same bytes under several names are hard links of one another."""

    root = models.ForeignKey(MediaRoot, on_delete=models.PROTECT)
    path = models.CharField(max_length=700)  # relative to the root, '/' as separator
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "path"], name="stored_file_path_once")]
        indexes = [models.Index(fields=["sha256"], name="stored_file_sha256")]

    def __str__(self) -> str:
        return self.path


class DownloadStatus(models.TextChoices):
    """A download is stored, or failed for good."""

    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"


class Download(models.Model):
    """The lasting record of one media item (spec: Downloads)."""

    url = models.TextField()
    url_hash = models.CharField(max_length=64)  # SHA-256 hex of the normalised url
    platform = models.CharField(max_length=40)
    downloader = models.CharField(max_length=40)
    collection = models.CharField(max_length=40)
    source = models.CharField(max_length=120)
    content_type = models.CharField(max_length=20)
    media_type = models.CharField(max_length=10, blank=True)
    media_id = models.CharField(max_length=200)
    media_url = models.TextField(blank=True)
    media_url_key = models.CharField(max_length=64, blank=True)  # SHA-256 of it without its signature
    filename = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null in the API for failed ones
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="downloads")
    file_size = models.PositiveBigIntegerField(default=0)
    file_hash = models.CharField(max_length=64, blank=True)  # hex, without the "sha256:" prefix
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration_seconds = models.FloatField(null=True)
    post_date = models.DateTimeField(null=True)
    download_date = models.DateTimeField()
    status = models.CharField(max_length=10, choices=DownloadStatus.choices)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=1)
    upgraded = models.BooleanField(default=False)
    kept = models.BooleanField(default=False)
    has_thumbnail = models.BooleanField(default=False)
    queue_item_id = models.BigIntegerField(null=True)
    metadata = models.JSONField(default=dict)  # caption, author, position, ... as the adapter gave them

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "media_id"], name="download_media_once"),
            models.CheckConstraint(name="download_status_known", condition=Q(status__in=DownloadStatus.values)),
            models.CheckConstraint(
                name="download_completed_has_file",
                condition=Q(status="failed") | Q(file__isnull=False, filename__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["-download_date", "-id"], name="download_date"),
            # Wide enough to answer any exact filter without reading the rows themselves.
            models.Index(
                fields=[
                    "-download_date",
                    "-id",
                    "platform",
                    "source",
                    "status",
                    "downloader",
                    "collection",
                    "content_type",
                    "media_type",
                    "upgraded",
                    "kept",
                ],
                name="download_filters",
            ),
            models.Index(fields=["platform", "-download_date", "-id"], name="download_platform_date"),
            models.Index(fields=["source", "-download_date", "-id"], name="download_source_date"),
            models.Index(fields=["status", "-download_date", "-id"], name="download_status_date"),
            models.Index(fields=["-post_date", "-id"], name="download_post_date"),
            models.Index(fields=["-file_size", "-id"], name="download_file_size"),
            models.Index(fields=["platform", "media_url_key"], name="download_media_url_key"),
            models.Index(fields=["-download_date", "-id"], name="download_kept", condition=Q(kept=True)),
            models.Index(fields=["queue_item_id"], name="download_queue_item"),
        ]

    def __str__(self) -> str:
        return self.filename or self.url


class Tombstone(models.Model):
    """The memory that a media item was deleted on purpose, so that no run fetches it again."""

    platform = models.CharField(max_length=40)
    media_id = models.CharField(max_length=200)
    media_url_key = models.CharField(max_length=64, blank=True)
    url = models.TextField(blank=True)
    source = models.CharField(max_length=120, blank=True)
    deleted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "media_id"], name="tombstone_media_once")]
        indexes = [models.Index(fields=["platform", "media_url_key"], name="tombstone_url_key")]

    def __str__(self) -> str:
        return f"{self.platform} {self.media_id}"


class MediaAlias(models.Model):
    """Another media id of a stored item: the same picture under the id that another site gives it.

    It is known like the download itself, so no run fetches it again.
    """

    platform = models.CharField(max_length=40)
    media_id = models.CharField(max_length=200)
    media_url_key = models.CharField(max_length=64, blank=True)
    download = models.ForeignKey(Download, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "media_id"], name="media_alias_once")]
        indexes = [models.Index(fields=["platform", "media_url_key"], name="media_alias_url_key")]

    def __str__(self) -> str:
        return f"{self.platform} {self.media_id}"


class BinReason(models.TextChoices):
    """Why a file lies in the recycle bin."""

    DELETED = "deleted", "Deleted"
    REPLACED = "replaced", "Replaced by a larger one"
    CLEANED_UP = "cleaned_up", "Cleaned up by age"


class BinState(models.TextChoices):
    """Where the bytes of an entry are: a row is written before its file moves."""

    MOVING = "moving", "On its way into the bin"
    HELD = "held", "In the bin"
    RESTORING = "restoring", "On its way back"


class BinEntry(models.Model):
    """A file in the recycle bin, with all that its record said."""

    root = models.ForeignKey(MediaRoot, on_delete=models.PROTECT)
    path = models.CharField(max_length=700)  # where it was, relative to the root
    bin_path = models.CharField(max_length=300)  # where it lies, relative to the root
    restore_path = models.CharField(max_length=700, blank=True)  # where it goes, while it is being restored
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=10, choices=BinReason.choices)
    state = models.CharField(max_length=10, choices=BinState.choices)
    binned_at = models.DateTimeField()
    platform = models.CharField(max_length=40)
    source = models.CharField(max_length=120)
    media_type = models.CharField(max_length=10, blank=True)
    download = models.ForeignKey(
        Download, on_delete=models.SET_NULL, null=True, related_name="binned"
    )  # whose file it was, where that record lives on
    record = models.JSONField(default=dict)  # the columns of the record, to be given back

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["root", "bin_path"], name="bin_entry_path_once"),
            models.CheckConstraint(name="bin_entry_reason_known", condition=Q(reason__in=BinReason.values)),
            models.CheckConstraint(name="bin_entry_state_known", condition=Q(state__in=BinState.values)),
        ]
        indexes = [
            models.Index(fields=["-binned_at", "-id"], name="bin_entry_date"),
            models.Index(fields=["sha256"], name="bin_entry_sha256"),
            models.Index(fields=["id"], name="bin_entry_unsettled", condition=~Q(state="held")),
        ]

    def __str__(self) -> str:
        return self.filename


class PictureFingerprint(models.Model):
    """Perceptual hashes of a stored picture, computed once for each content."""

    sha256 = models.CharField(max_length=64, unique=True)
    phash = models.CharField(max_length=16)  # hex
    dhash = models.CharField(max_length=16)  # hex
    width = models.PositiveIntegerField()  # as shown: EXIF orientation applied
    height = models.PositiveIntegerField()
    readable = models.BooleanField(default=True)  # False: it cannot be decoded within the limits

    def __str__(self) -> str:
        return self.sha256


class UpgradeStatus(models.TextChoices):
    """What became of a picture that may be a better copy of a stored one."""

    LOOKING = "looking", "To be compared"
    REVIEW = "review", "Waits for a person"
    REPLACED = "replaced", "Replaced"
    REFUSED = "refused", "Not replaced"
    BOTH = "both", "Both kept"
    UNDONE = "undone", "Undone"


class UpgradeCase(models.Model):
    """A newly fetched picture beside the smaller stored one that it may replace."""

    status = models.CharField(max_length=10, choices=UpgradeStatus.choices)
    downloader = models.CharField(max_length=40)  # which fetched the larger one
    source = models.CharField(max_length=120)
    download = models.ForeignKey(
        Download, on_delete=models.CASCADE, null=True, related_name="upgrade_cases"
    )  # the stored one, once it is found
    candidate = models.ForeignKey(
        Download, on_delete=models.CASCADE, null=True, related_name="candidate_cases"
    )  # the new one, until it has replaced the other
    reason = models.CharField(max_length=40, blank=True)  # why, in a word that pages translate
    figures = models.JSONField(default=dict)  # what was measured
    old_record = models.JSONField(default=dict)  # both records as they were, for undo
    new_record = models.JSONField(default=dict)
    bin_entry = models.ForeignKey(BinEntry, on_delete=models.SET_NULL, null=True, related_name="upgrade_cases")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)  # empty: the application

    class Meta:
        constraints = [
            models.CheckConstraint(name="upgrade_case_status_known", condition=Q(status__in=UpgradeStatus.values)),
            models.UniqueConstraint(fields=["candidate", "download"], name="upgrade_case_pair_once"),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at", "-id"], name="upgrade_case_status"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"


class CubeValues(models.Model):
    """The values that downloads are counted under."""

    platform = models.CharField(max_length=40)
    downloader = models.CharField(max_length=40)
    collection = models.CharField(max_length=40)
    source = models.CharField(max_length=120)
    content_type = models.CharField(max_length=20)
    media_type = models.CharField(max_length=10)
    status = models.CharField(max_length=10)
    upgraded = models.BooleanField()
    n = models.BigIntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        abstract = True


_CUBE_VALUES = [
    "platform",
    "downloader",
    "collection",
    "source",
    "content_type",
    "media_type",
    "status",
    "upgraded",
]


class CubeCell(CubeValues):
    """How many downloads, and bytes, share these values on one day; kept by the transaction that changes them.

    ``day`` is the UTC day of ``download_date``. Any combination of the exact filters is a sum.
    """

    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", *_CUBE_VALUES], name="cube_cell_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.platform}/{self.source}: {self.n}"


class CubeTotal(CubeValues):
    """The same over all days: it grows with the sources, not with time, so totals stay fast for ever."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=_CUBE_VALUES, name="cube_total_once")]

    def __str__(self) -> str:
        return f"{self.platform}/{self.source}: {self.n}"


class CubeMonth(CubeValues):
    """The same for each month (``month`` is its first day): a year is read from here, not from its days."""

    month = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", *_CUBE_VALUES], name="cube_month_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.platform}/{self.source}: {self.n}"


class CubeHour(models.Model):
    """How many downloads, and bytes, there are in one hour (0..23, UTC) and status: for timelines."""

    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10)
    n = models.BigIntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "hour", "status"], name="cube_hour_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.hour:02d} {self.status}: {self.n}"


from downloads.adoption.models import AdoptedEntry, AdoptionRun  # noqa: E402 - they point at Download by name
from downloads.annotations.models import DownloadNote, DownloadTag  # noqa: E402

__all__ = [
    "AdoptedEntry",
    "AdoptionRun",
    "BinEntry",
    "BinReason",
    "BinState",
    "CubeCell",
    "CubeHour",
    "CubeMonth",
    "CubeTotal",
    "Download",
    "DownloadNote",
    "DownloadStatus",
    "DownloadTag",
    "MediaAlias",
    "MediaRoot",
    "PictureFingerprint",
    "StoredFile",
    "Tombstone",
    "UpgradeCase",
    "UpgradeStatus",
]
