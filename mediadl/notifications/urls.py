"""The paths of this room (mounted in mediadl.urls)."""

from django.urls import path

from mediadl.notifications.api import NotificationChannelsView, NotificationTestView

urlpatterns = [
    path("settings/notifications", NotificationChannelsView.as_view(), name="settings-notifications"),
    path("settings/notifications/test", NotificationTestView.as_view(), name="settings-notifications-test"),
]
