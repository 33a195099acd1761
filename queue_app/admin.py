"""The queue in Django's admin: seen and filtered by operators, changed only through the services."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from queue_app import services
from queue_app.models import (
    Attempt,
    Budget,
    HostWait,
    ListedScope,
    Outcome,
    Pause,
    QueueCount,
    QueueItem,
    TransferSlot,
    Worker,
)


class _ReadOnly:
    """Rows that the engine alone writes."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


class OutcomeInline(_ReadOnly, admin.TabularInline):
    """What became of the item's media."""

    model = Outcome
    fields = ("position", "media_id", "outcome", "reason", "detail", "attempts", "download_id")
    ordering = ("position",)
    extra = 0
    max_num = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outcome]:
        """The rows without their large JSON."""
        return super().get_queryset(request).defer("media")


class AttemptInline(_ReadOnly, admin.TabularInline):
    """The item's tries."""

    model = Attempt
    fields = ("number", "started_at", "ended_at", "worker", "error_code", "error_message")
    ordering = ("started_at",)
    extra = 0
    max_num = 0


@admin.register(QueueItem)
class QueueItemAdmin(_ReadOnly, admin.ModelAdmin):
    """Every request, with its place, state and history."""

    list_display = (
        "id",
        "source",
        "platform",
        "status",
        "priority",
        "progress",
        "items_downloaded",
        "items_total",
        "attempts",
        "error_code",
        "created_date",
    )
    list_filter = ("status", "platform", "content_type", "downloader", "priority", "created_date")
    search_fields = ("url", "source", "error_code")
    ordering = ("list_rank", "list_order", "id")
    date_hierarchy = "created_date"
    list_per_page = 50
    inlines = (AttemptInline, OutcomeInline)
    actions = ("requeue", "cancel")

    @admin.action(description="Requeue (try again or resume)")
    def requeue(self, request: HttpRequest, rows: QuerySet[QueueItem]) -> None:
        """Failed and cancelled items are tried again, paused ones resumed."""
        paused = [item.pk for item in rows if item.status == "paused"]
        others = [item.pk for item in rows if item.status != "paused"]
        self._bulk(request, "resume", paused)
        self._bulk(request, "retry", others)

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, rows: QuerySet[QueueItem]) -> None:
        """Active items end; running transfers stop."""
        self._bulk(request, "cancel", [item.pk for item in rows])

    def _bulk(self, request: HttpRequest, action: str, ids: list[int]) -> None:
        if not ids:
            return
        result = services.bulk(action=action, ids=ids, user=request.user)
        if result.done:
            self.message_user(request, f"{result.done} items: {action} done.", messages.SUCCESS)
        for error in result.errors[:20]:
            self.message_user(request, f"Item {error.id}: {error.detail}", messages.WARNING)


class EngineRowAdmin(_ReadOnly, admin.ModelAdmin):
    """What the engine remembers besides the items."""

    list_per_page = 100


@admin.register(HostWait)
class HostWaitAdmin(EngineRowAdmin):
    """Hosts that told us to wait."""

    list_display = ("key", "until", "times")


@admin.register(Outcome)
class OutcomeAdmin(EngineRowAdmin):
    """Every media item of every request."""

    list_display = ("media_id", "item_id", "outcome", "reason", "attempts", "download_id")
    list_filter = ("outcome", "retryable")
    search_fields = ("media_id",)
    show_full_result_count = False


for _model in (Attempt, Budget, ListedScope, Pause, QueueCount, TransferSlot, Worker):
    admin.site.register(_model, EngineRowAdmin)
