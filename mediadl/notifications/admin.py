"""Operators see what waits, what went, and why something did not."""

from django.contrib import admin
from django.http import HttpRequest

from mediadl.net.urls import host_of
from mediadl.notifications.models import ChannelState, Message


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only services write; a webhook's address may be a secret, so only its host is shown."""

    @admin.display(description="target")
    def host(self, row: Message | ChannelState) -> str:
        """The webhook's host."""
        return host_of(row.target) if row.target else ""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody adds a row here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Nobody edits a row here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Nobody removes a row here."""
        return False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """The outbox."""

    list_display = ["id", "channel", "host", "kind", "title", "created_at", "sent_at", "given_up_at"]
    list_filter = ["channel", "kind"]
    exclude = ["target"]


@admin.register(ChannelState)
class ChannelStateAdmin(ReadOnlyAdmin):
    """How each target does."""

    list_display = ["channel", "host", "failures", "last_error", "last_error_at", "last_sent_at", "next_attempt_at"]
    exclude = ["target"]
