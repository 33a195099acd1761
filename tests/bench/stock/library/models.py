"""The product's two tables, as far as they are shown."""

from django.db import models


class MediaRoot(models.Model):
    """A folder."""

    path = models.CharField(max_length=1000)

    class Meta:
        managed = False
        db_table = "downloads_mediaroot"

    def __str__(self) -> str:
        return self.path


class StoredFile(models.Model):
    """A file."""

    root = models.ForeignKey(MediaRoot, models.PROTECT)
    path = models.CharField(max_length=700)

    class Meta:
        managed = False
        db_table = "downloads_storedfile"

    def __str__(self) -> str:
        return self.path


class Download(models.Model):
    """A download."""

    url = models.TextField()
    url_hash = models.CharField(max_length=64)
    platform = models.CharField(max_length=40)
    downloader = models.CharField(max_length=40)
    source = models.CharField(max_length=120)
    content_type = models.CharField(max_length=20)
    media_type = models.CharField(max_length=10)
    media_id = models.CharField(max_length=200)
    media_url = models.TextField()
    filename = models.CharField(max_length=255, null=True)  # noqa: DJ001 - as in the table
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True)
    file_size = models.PositiveBigIntegerField()
    file_hash = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration_seconds = models.FloatField(null=True)
    post_date = models.DateTimeField(null=True)
    download_date = models.DateTimeField()
    status = models.CharField(max_length=10)
    error_code = models.CharField(max_length=40)
    error = models.TextField()
    attempts = models.PositiveIntegerField()
    upgraded = models.BooleanField()
    kept = models.BooleanField()
    has_thumbnail = models.BooleanField()
    queue_item_id = models.BigIntegerField(null=True)
    metadata = models.JSONField()

    class Meta:
        managed = False
        db_table = "downloads_download"

    def __str__(self) -> str:
        return self.url
