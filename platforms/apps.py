"""The app's place in Django."""

from django.apps import AppConfig


class PlatformsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "platforms"
    label = "platforms"

    def ready(self) -> None:
        """Make the platforms and their settings known."""
        from platforms.start import register_all

        register_all()
