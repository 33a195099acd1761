"""Operators see which settings differ from their default; changing them is for the settings page."""

from django.contrib import admin
from django.http import HttpRequest

from mediadl.configuration.models import StoredSetting
from mediadl.configuration.registry import Kind, leaf


@admin.register(StoredSetting)
class StoredSettingAdmin(admin.ModelAdmin):
    """Read only: a value is checked, counted and audited by the service that changes it."""

    list_display = ["path", "shown_value", "changed_at"]
    search_fields = ["path"]
    fields = ["path", "shown_value", "changed_at"]

    @admin.display(description="value")
    def shown_value(self, row: StoredSetting) -> str:
        """The value; a secret only as set or not."""
        try:
            is_secret = leaf(row.path).kind is Kind.SECRET
        except KeyError:
            return "(no longer a setting)"
        return ("***" if row.value else "") if is_secret else str(row.value)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody adds a setting here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Nobody edits a setting here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Nobody removes a setting here."""
        return False
