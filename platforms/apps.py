"""The app's place in Django."""

from django.apps import AppConfig


class PlatformsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "platforms"
    label = "platforms"
