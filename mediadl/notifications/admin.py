"""Operators see what waits, what went, and why something did not."""

from django.contrib import admin
from django.http import HttpRequest

from mediadl.notifications.models import ChannelState, Choice, Message
from mediadl.notifications.selectors import shown_target


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only services write; an address may be a secret, so only its host or service is shown."""

    @admin.display(description="target")
    def host(self, row: Message | ChannelState) -> str:
        """The webhook's host, the service, or the user."""
        return shown_target(row.channel, row.target)

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

    list_display = [
        "channel",
        "host",
        "failures",
        "last_error",
        "last_error_at",
        "test_error",
        "last_sent_at",
        "next_attempt_at",
    ]
    exclude = ["target"]


@admin.register(Choice)
class ChoiceAdmin(ReadOnlyAdmin):
    """What each person wants to hear of; they choose it themselves, on their account's page."""

    list_display = ["user", "email_events", "browser_events"]
