"""The app's place in Django."""

from django.apps import AppConfig


class ConfigurationConfig(AppConfig):
    """Registers the settings that belong to no platform when the process starts."""

    name = "mediadl.configuration"
    label = "configuration"
    verbose_name = "Settings"

    def ready(self) -> None:
        """Fill the general part of the tree."""
        from mediadl.configuration.general import register_general_leaves

        register_general_leaves()
