"""The app's place in Django."""

from django.apps import AppConfig

DEFAULT_KEEP_DAYS = 30


class LogsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.logs"
    label = "logs"

    def ready(self) -> None:
        """Until a process sets up its own log, warnings go to stderr."""
        from mediadl.configuration.registry import Kind, Leaf, register
        from mediadl.logs.configure import configure_console_only

        configure_console_only()
        register(
            Leaf(
                "logs.keep_days",
                Kind.INTEGER,
                DEFAULT_KEEP_DAYS,
                "Keep logs",
                "Days after which log lines and log files are deleted.",
                low=1,
                high=3650,
            )
        )
