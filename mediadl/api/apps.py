"""The app's place in Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.api"
    label = "api"

    def ready(self) -> None:
        """Teach Django's paths what an id is."""
        from mediadl.api.path_ids import register_id_converter

        register_id_converter()
