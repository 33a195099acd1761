"""What is known of sites in Django's admin: to see only; secrets are not shown, not even encrypted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from platforms.models import Circuit, StoredAccess


class _ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(StoredAccess)
class StoredAccessAdmin(_ReadOnlyAdmin):
    """Which sites have cookies, and until when."""

    list_display = ("site", "cookie_count", "has_sign_in", "cookies_expire_at", "cookies_changed_at", "changed_at")
    exclude = ("cookies", "proxy")


@admin.register(Circuit)
class CircuitAdmin(_ReadOnlyAdmin):
    """Sites that failed, and until when they are left alone."""

    list_display = ("key", "failures", "open_until", "last_error_at", "last_success_at")
    list_filter = ("platform",)
