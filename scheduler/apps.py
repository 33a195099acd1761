"""The app's place in Django."""

from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    """Lets runs and checks end with their queue items."""

    name = "scheduler"
    label = "scheduler"

    def ready(self) -> None:
        """Ask the queue to tell when an item has ended; make the maintenance jobs known."""
        from queue_app.callbacks import on_item_ended
        from scheduler.maintenance_jobs import register_jobs
        from scheduler.monitors.checks import check_ended, items_with_threads
        from scheduler.runs import end_runs_of, items_with_runs

        on_item_ended(end_runs_of, among=items_with_runs)
        on_item_ended(check_ended, among=items_with_threads)
        register_jobs()
