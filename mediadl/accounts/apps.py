"""The app's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "mediadl.accounts"
    label = "accounts"
