"""The app's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Let the schema know the ways to sign in (an extension is registered by its import)."""
        import mediadl.accounts.schema  # noqa: F401
