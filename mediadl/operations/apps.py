"""The app's place in Django."""

from django.apps import AppConfig
from django.conf import settings

from mediadl.environment import EnvironmentProblem


class OperationsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.operations"
    label = "operations"

    def ready(self) -> None:
        """What keeps tables and files bounded without a person; in tests, where to break off."""
        from mediadl import failpoints
        from mediadl.operations.tidying import register_tidying

        register_tidying()
        if settings.ENVIRONMENT.failpoints:
            try:
                failpoints.arm(settings.ENVIRONMENT.failpoints)
            except ValueError as error:
                raise EnvironmentProblem(f"MEDIADL_FAILPOINTS: {error}") from error
