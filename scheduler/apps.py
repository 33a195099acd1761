"""The app's place in Django."""

from django.apps import AppConfig


class SchedulerConfig(AppConfig):
    """Lets runs end with their queue items."""

    name = "scheduler"
    label = "scheduler"
