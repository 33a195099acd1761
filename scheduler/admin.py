"""Operators see jobs and runs, and start or switch jobs through the same services as the API."""

from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from mediadl.accounts.models import User
from mediadl.api.errors import ApiError
from scheduler import services
from scheduler.models import ForumThread, Job, MaintenanceRun, Run


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Nobody adds a row here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Nobody edits a row here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Nobody removes a row here."""
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs with their schedule and counts."""

    list_display = ["slug", "name", "platform", "source", "schedule", "enabled", "next_run", "last_run_status"]
    list_filter = ["enabled", "platform", "last_run_status"]
    search_fields = ["slug", "name", "source"]
    actions = ["run_now", "enable", "disable"]

    def _each(self, request: HttpRequest, jobs: QuerySet, done: str, change: str) -> None:
        user = cast("User", request.user)
        count = 0
        for job in jobs:
            try:
                if change == "run":
                    services.run_now(job.slug, user=user)
                else:
                    services.update_job(job.slug, enabled=change == "enable", user=user)
                count += 1
            except ApiError as error:
                self.message_user(request, f"{job.name}: {error.detail}", messages.ERROR)
        if count:
            self.message_user(request, f"{count} {done}.", messages.SUCCESS)

    @admin.action(description="Run now", permissions=["view"])
    def run_now(self, request: HttpRequest, jobs: QuerySet) -> None:
        """Start a run of each chosen job."""
        self._each(request, jobs, "started", "run")

    @admin.action(description="Enable", permissions=["view"])
    def enable(self, request: HttpRequest, jobs: QuerySet) -> None:
        """Switch the chosen jobs on."""
        self._each(request, jobs, "enabled", "enable")

    @admin.action(description="Disable", permissions=["view"])
    def disable(self, request: HttpRequest, jobs: QuerySet) -> None:
        """Switch the chosen jobs off."""
        self._each(request, jobs, "disabled", "disable")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """The history of all jobs."""

    list_display = ["id", "job", "status", "due_at", "started_at", "completed_at", "items_downloaded", "error_message"]
    list_filter = ["status", "job__platform"]
    date_hierarchy = "started_at"
    list_select_related = ["job"]


@admin.register(ForumThread)
class ForumThreadAdmin(ReadOnlyAdmin):
    """Monitored threads and what came of them."""

    list_display = ["slug", "forum_name", "title", "status", "monitor_until", "last_check", "next_check", "files_found"]
    list_filter = ["status", "forum_name"]
    search_fields = ["slug", "title", "url"]


@admin.register(MaintenanceRun)
class MaintenanceRunAdmin(ReadOnlyAdmin):
    """What the product does to keep itself in order, and how that went."""

    list_display = ["name", "next_due", "last_started", "last_ended", "count", "unfinished", "last_error"]
