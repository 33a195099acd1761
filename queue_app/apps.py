"""The app's place in Django."""

from django.apps import AppConfig


class QueueAppConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "queue_app"
    label = "queue_app"
    verbose_name = "Queue"
