"""How the channels do, for the API and the pages."""

from datetime import datetime
from typing import Any

from django.db.models import Count

from mediadl.clock import isoformat_seconds
from mediadl.net.urls import host_of
from mediadl.notifications.models import ChannelState
from mediadl.notifications.outbox import waiting


def channels_json() -> list[dict[str, Any]]:
    """Each target that something was sent to or waits for; a webhook only by its host."""
    counts = {
        (row["channel"], row["target"]): row["n"]
        for row in waiting().order_by().values("channel", "target").annotate(n=Count("id"))
    }
    states = {(state.channel, state.target): state for state in ChannelState.objects.all()}
    return [
        _json(channel, target, counts.get((channel, target), 0), states.get((channel, target)))
        for channel, target in sorted(counts.keys() | states.keys())
    ]


def _json(channel: str, target: str, n: int, state: ChannelState | None) -> dict[str, Any]:
    return {
        "channel": channel,
        "target": host_of(target) if target else "",
        "waiting": n,
        "failures": state.failures if state else 0,
        "last_error": state.last_error if state else "",
        "last_error_at": _moment(state.last_error_at if state else None),
        "last_sent_at": _moment(state.last_sent_at if state else None),
        "next_attempt_at": _moment(state.next_attempt_at if state and n else None),
    }


def _moment(moment: datetime | None) -> str | None:
    return isoformat_seconds(moment) if moment else None
