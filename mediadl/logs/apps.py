"""The app's place in Django."""

from django.apps import AppConfig


class LogsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.logs"
    label = "logs"

    def ready(self) -> None:
        """Until a process sets up its own log, warnings go to stderr."""
        from mediadl.logs.configure import configure_console_only

        configure_console_only()
