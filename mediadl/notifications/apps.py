"""The app's place in Django."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers the room's settings when the process starts."""

    name = "mediadl.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Fill the ``notifications`` part of the tree."""
        from mediadl.notifications.leaves import register_leaves

        register_leaves()
