"""The paths of this room (mounted in mediadl.urls)."""

from django.urls import path

from mediadl.configuration.api import SettingsViewSet

urlpatterns = [
    path("settings", SettingsViewSet.as_view({"get": "list", "patch": "partial_update"}), name="settings"),
]
