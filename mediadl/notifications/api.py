"""The endpoints below ``/settings/notifications``."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.query import read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import NoBody, read_body
from mediadl.api.views import ApiViewSet
from mediadl.notifications.selectors import channels_json
from mediadl.notifications.trying import send_test


class SentAnswer(serializers.Serializer):
    """The server took the test."""

    sent = serializers.BooleanField()


class ChannelAnswer(serializers.Serializer):
    """How one target does."""

    channel = serializers.CharField()
    target = serializers.CharField(help_text="A webhook's host; empty for e-mail.")
    waiting = serializers.IntegerField()
    failures = serializers.IntegerField(help_text="In a row.")
    last_error = serializers.CharField()
    last_error_at = serializers.DateTimeField(allow_null=True)
    last_sent_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True)


class ChannelsAnswer(serializers.Serializer):
    """All targets that something was sent to, or waits for."""

    channels = ChannelAnswer(many=True)


class NotificationViewSet(ApiViewSet):
    """Whether what is configured works; for admins only."""

    required_roles: ClassVar[dict[str, Role]] = {"test": Role.ADMIN, "channels": Role.ADMIN}

    @extend_schema(operation_id="settings_notifications_test", request=None, responses=SentAnswer)
    def test(self, request: Request) -> Response:
        """Send a test mail with the stored settings (to the first webhook where no mail is set up)."""
        read_query(request, ())
        read_body(request, NoBody)
        send_test(user=signed_in_user(request))
        return Response({"sent": True})

    @extend_schema(operation_id="settings_notifications_channels", responses=ChannelsAnswer)
    def channels(self, request: Request) -> Response:
        """What waits for each mail server and webhook, and its last error."""
        read_query(request, ())
        return Response({"channels": channels_json()})
