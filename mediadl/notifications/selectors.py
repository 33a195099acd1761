"""How the channels do, for the API and the pages."""

from datetime import datetime
from typing import Any

from django.db.models import Count

from mediadl.clock import isoformat_seconds
from mediadl.net.urls import host_of
from mediadl.notifications.choices import USER
from mediadl.notifications.models import Channel, ChannelState, Choice
from mediadl.notifications.outbox import waiting
from mediadl.notifications.targets import is_in_settings, service_of


def channels_json() -> list[dict[str, Any]]:
    """Each target that something was sent to or waits for; shown so that nobody learns a secret."""
    counts = {
        (row["channel"], row["target"]): row["n"]
        for row in waiting().order_by().values("channel", "target").annotate(n=Count("id"))
    }
    states = {(state.channel, state.target): state for state in ChannelState.objects.all() if _is_of_now(state)}
    return [
        _json(channel, target, counts.get((channel, target), 0), states.get((channel, target)))
        for channel, target in sorted(counts.keys() | states.keys())
    ]


def _is_of_now(state: ChannelState) -> bool:
    """Whether it tells of messages, or of a test of what is still in the settings."""
    if state.failures or state.last_error or state.last_sent_at:
        return True
    return bool(state.test_error) and is_in_settings(state.channel, state.target)


def _json(channel: str, target: str, n: int, state: ChannelState | None) -> dict[str, Any]:
    return {
        "channel": channel,
        "target": shown_target(channel, target),
        "waiting": n,
        "failures": state.failures if state else 0,
        "last_error": state.last_error if state else "",
        "last_error_at": _moment(state.last_error_at if state else None),
        "last_sent_at": _moment(state.last_sent_at if state else None),
        "test_error": state.test_error if state else "",
        "test_failed_at": _moment(state.test_failed_at if state else None),
        "next_attempt_at": _moment(state.next_attempt_at if state and n else None),
    }


def shown_target(channel: str, target: str) -> str:
    """A target as it may be shown: a host, a service or a user's name; never an address that one could use."""
    match channel:
        case Channel.WEBHOOK:
            return host_of(target)
        case Channel.APPRISE:
            return service_of(target)
    if not target:
        return ""
    rows = Choice.objects.filter(user_id=int(target.removeprefix(USER)))
    return rows.values_list("user__username", flat=True).first() or ""


def _moment(moment: datetime | None) -> str | None:
    return isoformat_seconds(moment) if moment else None
