"""The app's place in Django."""

from django.apps import AppConfig


class QueueAppConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "queue_app"
    label = "queue_app"
    verbose_name = "Queue"

    def ready(self) -> None:
        """Tell the rooms below what only this room can see and do."""
        from downloads.services import register_retry
        from platforms import facts
        from queue_app import download_retry, platform_facts

        facts.register_last_downloads(platform_facts.last_downloads)
        facts.register_rate_limits(platform_facts.rate_limits)
        register_retry(download_retry.retry_download)
