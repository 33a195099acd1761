"""The app's place in Django."""

from django.apps import AppConfig


class LogsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.logs"
    label = "logs"
