"""The app's place in Django."""

from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    """Lets runs and checks end with their queue items."""

    name = "scheduler"
    label = "scheduler"

    def ready(self) -> None:
        """Ask the queue to tell when an item has ended."""
        from queue_app.callbacks import on_item_ended
        from scheduler.monitors.checks import check_ended
        from scheduler.runs import end_runs_of

        on_item_ended(end_runs_of)
        on_item_ended(check_ended)
