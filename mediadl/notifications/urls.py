"""The paths of this room (mounted in mediadl.urls)."""

from django.urls import path

from mediadl.notifications.api import NotificationViewSet

urlpatterns = [
    path("settings/notifications", NotificationViewSet.as_view({"get": "channels"}), name="settings-notifications"),
    path(
        "settings/notifications/test",
        NotificationViewSet.as_view({"post": "test"}),
        name="settings-notifications-test",
    ),
]
