"""The app's place in Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.api"
    label = "api"
