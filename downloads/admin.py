"""The library in Django's admin: to see and filter; what changes it goes through the services."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from downloads.models import (
    AdoptedEntry,
    AdoptionRun,
    BinEntry,
    CubeCell,
    CubeHour,
    CubeMonth,
    CubeTotal,
    Download,
    DownloadNote,
    DownloadTag,
    MediaAlias,
    MediaRoot,
    PictureFingerprint,
    StoredFile,
    Tombstone,
    UpgradeCase,
)
from downloads.services import BulkAction, bulk


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows whose invariants no form may break."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Rows come from the product only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Rows are shown, not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Deleting here would leave the counts, the files and the memory behind."""
        return False


def _run(modeladmin: admin.ModelAdmin, request: HttpRequest, rows: QuerySet[Download], action: BulkAction) -> None:
    result = bulk(action=action, ids=list(rows.values_list("pk", flat=True)), user=request.user)
    level = messages.WARNING if result.failed else messages.SUCCESS
    reasons = "; ".join(dict.fromkeys(str(error["detail"]) for error in result.errors))
    text = f"{action}: {result.success} done, {result.failed} refused. {reasons}".strip()
    modeladmin.message_user(request, text, level)


@admin.register(Download)
class DownloadAdmin(ReadOnlyAdmin):
    """Downloads with the API's filters and search."""

    list_display = ("id", "filename", "platform", "source", "status", "file_size", "download_date", "upgraded", "kept")
    list_display_links = ("id", "filename")
    list_filter = (
        "status",
        "platform",
        "downloader",
        "content_type",
        "media_type",
        "upgraded",
        "kept",
        "download_date",
    )
    search_fields = ("url", "filename", "source", "media_id")
    date_hierarchy = "download_date"
    ordering = ("-download_date", "-id")
    list_select_related = ("file",)
    actions = ("delete_records", "retry", "mark_upgraded", "keep", "unkeep")

    @admin.action(description="Delete the records (files stay)", permissions=["view"])
    def delete_records(self, request: HttpRequest, rows: QuerySet[Download]) -> None:
        """As ``DELETE /downloads/{id}``."""
        _run(self, request, rows, BulkAction.DELETE)

    @admin.action(description="Retry failed ones", permissions=["view"])
    def retry(self, request: HttpRequest, rows: QuerySet[Download]) -> None:
        """As ``POST /downloads/{id}/retry``."""
        _run(self, request, rows, BulkAction.RETRY)

    @admin.action(description="Mark as upgraded", permissions=["view"])
    def mark_upgraded(self, request: HttpRequest, rows: QuerySet[Download]) -> None:
        """As the bulk action of the API."""
        _run(self, request, rows, BulkAction.MARK_UPGRADED)

    @admin.action(description="Keep", permissions=["view"])
    def keep(self, request: HttpRequest, rows: QuerySet[Download]) -> None:
        """Never cleaned up or replaced."""
        _run(self, request, rows, BulkAction.KEEP)

    @admin.action(description="No longer keep", permissions=["view"])
    def unkeep(self, request: HttpRequest, rows: QuerySet[Download]) -> None:
        """Cleaned up and replaced like others."""
        _run(self, request, rows, BulkAction.UNKEEP)


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    """Files on disk."""

    list_display = ("id", "path", "root", "size", "created_at")
    list_filter = ("root",)
    search_fields = ("path", "sha256")
    list_select_related = ("root",)
    ordering = ("-id",)


@admin.register(Tombstone)
class TombstoneAdmin(ReadOnlyAdmin):
    """What was deleted on purpose; removing one lets the next run fetch the item again."""

    list_display = ("media_id", "platform", "source", "deleted_at")
    list_filter = ("platform", "deleted_at")
    search_fields = ("media_id", "url", "source")
    ordering = ("-deleted_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Forgetting a deletion breaks nothing."""
        return bool(request.user.is_staff)


@admin.register(MediaRoot)
class MediaRootAdmin(ReadOnlyAdmin):
    """Folders that hold files."""

    list_display = ("id", "path")


@admin.register(CubeCell)
class CubeCellAdmin(ReadOnlyAdmin):
    """The counts that lists and figures are made from."""

    list_display = ("day", "collection", "source", "content_type", "media_type", "status", "upgraded", "n", "bytes")
    list_filter = ("collection", "status", "content_type", "day")
    search_fields = ("source",)
    ordering = ("-day",)


@admin.register(CubeMonth)
class CubeMonthAdmin(ReadOnlyAdmin):
    """The same counts for each month."""

    list_display = ("month", "collection", "source", "content_type", "media_type", "status", "upgraded", "n", "bytes")
    list_filter = ("collection", "status", "content_type", "month")
    search_fields = ("source",)
    ordering = ("-month",)


@admin.register(CubeHour)
class CubeHourAdmin(ReadOnlyAdmin):
    """The counts of each hour, for timelines."""

    list_display = ("day", "hour", "status", "n", "bytes")
    list_filter = ("status", "day")
    ordering = ("-day", "-hour")


@admin.register(CubeTotal)
class CubeTotalAdmin(ReadOnlyAdmin):
    """The same counts over all days."""

    list_display = ("collection", "source", "content_type", "media_type", "status", "upgraded", "n", "bytes")
    list_filter = ("collection", "status", "content_type")
    search_fields = ("source",)


@admin.register(MediaAlias)
class MediaAliasAdmin(ReadOnlyAdmin):
    """Other ids of stored items."""

    list_display = ("media_id", "platform", "download")
    list_filter = ("platform",)
    search_fields = ("media_id",)
    list_select_related = ("download",)
    ordering = ("-id",)


@admin.register(BinEntry)
class BinEntryAdmin(ReadOnlyAdmin):
    """Deleted and replaced files that can still be given back."""

    list_display = ("id", "filename", "source", "reason", "state", "size", "binned_at")
    list_display_links = ("id", "filename")
    list_filter = ("reason", "state", "platform", "binned_at")
    search_fields = ("path", "sha256")
    list_select_related = ("root",)
    ordering = ("-binned_at", "-id")


@admin.register(PictureFingerprint)
class PictureFingerprintAdmin(ReadOnlyAdmin):
    """What pictures are found by."""

    list_display = ("sha256", "phash", "dhash", "width", "height", "readable")
    search_fields = ("sha256",)
    ordering = ("-id",)


@admin.register(UpgradeCase)
class UpgradeCaseAdmin(ReadOnlyAdmin):
    """Pictures that replaced smaller ones, or may."""

    list_display = ("id", "status", "source", "downloader", "reason", "created_at", "decided_at", "decided_by")
    list_filter = ("status", "downloader", "reason", "created_at")
    search_fields = ("source",)
    list_select_related = ("download", "candidate")
    ordering = ("-created_at", "-id")


@admin.register(AdoptedEntry)
class AdoptedEntryAdmin(ReadOnlyAdmin):
    """What other programs fetched; removing one lets the next run fetch it."""

    list_display = ("entry", "program", "source", "download", "adopted_at")
    list_filter = ("program", "adopted_at")
    search_fields = ("entry", "source")
    list_select_related = ("download",)
    ordering = ("-id",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Forgetting an entry breaks nothing."""
        return bool(request.user.is_staff)


@admin.register(AdoptionRun)
class AdoptionRunAdmin(ReadOnlyAdmin):
    """Adoptions asked for on the page or through the API."""

    list_display = ("id", "folder", "placement", "dry_run", "status", "started_by", "started_at", "ended_at")
    list_filter = ("status", "dry_run", "placement")
    search_fields = ("folder",)
    ordering = ("-id",)


@admin.register(DownloadTag)
class DownloadTagAdmin(ReadOnlyAdmin):
    """Tags on downloads."""

    list_display = ("name", "download")
    search_fields = ("name",)
    list_select_related = ("download",)
    ordering = ("name", "-download")


@admin.register(DownloadNote)
class DownloadNoteAdmin(ReadOnlyAdmin):
    """Notes on downloads."""

    list_display = ("download", "text", "changed_at")
    search_fields = ("text",)
    list_select_related = ("download",)
    ordering = ("-changed_at",)
