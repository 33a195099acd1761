"""The paths of this room (mounted in mediadl.urls)."""

from django.urls import path

from mediadl.notifications.api import ChoiceViewSet, NotificationViewSet

urlpatterns = [
    path("auth/notifications", ChoiceViewSet.as_view({"get": "show", "patch": "change"}), name="auth-notifications"),
    path("settings/notifications", NotificationViewSet.as_view({"get": "channels"}), name="settings-notifications"),
    path(
        "settings/notifications/test",
        NotificationViewSet.as_view({"post": "test"}),
        name="settings-notifications-test",
    ),
]
