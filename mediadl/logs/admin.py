"""The log in Django's admin: seen and filtered, never edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from mediadl.logs.models import LogRow


@admin.register(LogRow)
class LogRowAdmin(admin.ModelAdmin):
    """Log lines, newest first; they go by age (the setting ``logs.keep_days``), not by hand."""

    list_display = ("timestamp", "level", "module", "message")
    list_filter = ("level", "module")
    search_fields = ("message",)
    date_hierarchy = None  # would read the whole table
    ordering = ("-timestamp", "-id")
    show_full_result_count = False
    list_per_page = 100

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody adds a line here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Nobody edits a line."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Deleting single lines would spoil the counts."""
        return False
