"""The endpoints below ``/settings/notifications``."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from mediadl.accounts.signed_in import signed_in_user
from mediadl.api.query import read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import StrictSerializer, read_body
from mediadl.api.views import ApiViewSet
from mediadl.notifications.choices import choice_of, choose
from mediadl.notifications.kinds import Kind
from mediadl.notifications.models import Channel, Choice
from mediadl.notifications.selectors import channels_json
from mediadl.notifications.targets import mail_is_on
from mediadl.notifications.trying import send_test


class TryBody(StrictSerializer):
    """Which channel to try."""

    channel = serializers.ChoiceField(
        choices=Channel.values, required=False, help_text="The first one that is set up, if left out."
    )


class SentAnswer(serializers.Serializer):
    """The server took the test."""

    sent = serializers.BooleanField()
    channel = serializers.ChoiceField(choices=Channel.values)


class ChoiceBody(StrictSerializer):
    """What of one's choice is changed."""

    email_events = serializers.ListField(
        child=serializers.ChoiceField(choices=[kind.value for kind in Kind]), required=False, max_length=len(Kind)
    )
    browser_events = serializers.ListField(
        child=serializers.ChoiceField(choices=[kind.value for kind in Kind]), required=False, max_length=len(Kind)
    )


class ChoiceAnswer(serializers.Serializer):
    """What one hears of."""

    email_events = serializers.ListField(
        child=serializers.CharField(), help_text="Of what a mail goes to one's own address."
    )
    browser_events = serializers.ListField(child=serializers.CharField(), help_text="Of what open pages tell.")
    email = serializers.CharField(help_text="One's own address, which an admin enters; empty: no mails.")
    email_enabled = serializers.BooleanField(help_text="Whether mails are sent at all.")


class ChannelAnswer(serializers.Serializer):
    """How one target does."""

    channel = serializers.CharField()
    target = serializers.CharField(
        help_text="A webhook's host, an Apprise service, a user's name; empty for the general mails."
    )
    waiting = serializers.IntegerField()
    failures = serializers.IntegerField(help_text="In a row.")
    last_error = serializers.CharField()
    last_error_at = serializers.DateTimeField(allow_null=True)
    last_sent_at = serializers.DateTimeField(allow_null=True)
    test_error = serializers.CharField(help_text="Why the last test failed; empty once something got through.")
    test_failed_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True)


class ChannelsAnswer(serializers.Serializer):
    """All targets that something was sent to, or waits for."""

    channels = ChannelAnswer(many=True)


class NotificationViewSet(ApiViewSet):
    """Whether what is configured works; for admins only."""

    required_roles: ClassVar[dict[str, Role]] = {"test": Role.ADMIN, "channels": Role.ADMIN}

    @extend_schema(operation_id="settings_notifications_test", request=TryBody, responses=SentAnswer)
    def test(self, request: Request) -> Response:
        """Send a test with the stored settings, through the channel named or the first that is set up."""
        read_query(request, ())
        channel = read_body(request, TryBody).get("channel", "")
        return Response({"sent": True, "channel": send_test(user=signed_in_user(request), channel=channel)})

    @extend_schema(operation_id="settings_notifications_channels", responses=ChannelsAnswer)
    def channels(self, request: Request) -> Response:
        """What waits for each mail server and webhook, and its last error."""
        read_query(request, ())
        return Response({"channels": channels_json()})


class ChoiceViewSet(ApiViewSet):
    """What the caller wants to hear of."""

    required_roles: ClassVar[dict[str, Role]] = {"show": Role.VIEWER, "change": Role.VIEWER}

    @extend_schema(operation_id="auth_notifications", responses=ChoiceAnswer)
    def show(self, request: Request) -> Response:
        """One's own choice of events."""
        read_query(request, ())
        return Response(_choice_json(choice_of(signed_in_user(request)), request))

    @extend_schema(operation_id="auth_notifications_change", request=ChoiceBody, responses=ChoiceAnswer)
    def change(self, request: Request) -> Response:
        """Choose the events that one hears of by mail and on open pages."""
        read_query(request, ())
        choice = choose(user=signed_in_user(request), **read_body(request, ChoiceBody))
        return Response(_choice_json(choice, request))


def _choice_json(choice: Choice, request: Request) -> dict[str, Any]:
    return {
        "email_events": choice.email_events,
        "browser_events": choice.browser_events,
        "email": signed_in_user(request).email,
        "email_enabled": mail_is_on(),
    }
