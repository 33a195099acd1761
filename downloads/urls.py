"""``/downloads`` (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from downloads.api import files, records

urlpatterns: list[URLPattern | URLResolver] = [
    path("downloads", records.DownloadsView.as_view()),
    path("downloads/stats", records.StatsView.as_view()),
    path("downloads/bulk", records.BulkView.as_view()),
    path("downloads/archive", files.ArchiveView.as_view()),
    path("downloads/<id:download_id>", records.DownloadView.as_view()),
    path("downloads/<id:download_id>/retry", records.RetryView.as_view()),
    path("downloads/<id:download_id>/file", files.FileView.as_view()),
    path("downloads/<id:download_id>/thumbnail", files.ThumbnailView.as_view()),
]
