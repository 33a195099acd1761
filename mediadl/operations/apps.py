"""The app's place in Django."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.operations"
    label = "operations"

    def ready(self) -> None:
        """What keeps tables and files bounded without a person."""
        from mediadl.operations.tidying import register_tidying

        register_tidying()
