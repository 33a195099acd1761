"""The app's place in Django."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.operations"
    label = "operations"
