"""Sending what waits: one target at a time, by whoever took its lease, and each try's result kept.

A message leaves the outbox only after its target took it, and never goes again after that. A
target that fails is left alone for ever longer; what waits for it meanwhile waits in order.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Min, QuerySet

from mediadl import clock
from mediadl.notifications.delivering import RULES, ChannelRule, deliver
from mediadl.notifications.errors import DeliveryError
from mediadl.notifications.models import Channel, ChannelState, Message
from mediadl.notifications.targets import is_wanted

GROUP_SECONDS = 60  # what happens within it comes in one mail
BEGIN_SECONDS = 4.0  # no try is begun later; the longest one takes as long again twice
LEASE = timedelta(seconds=60)  # longer than any try; after a crash another sender goes on
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
KEEP_TRYING = timedelta(days=7)
KEEP_SENT = timedelta(days=7)
_TRIM_ROWS = 1000
log = structlog.get_logger("System")


def waiting() -> QuerySet[Message]:
    """What has not gone yet, oldest first."""
    return Message.objects.filter(sent_at=None, given_up_at=None).order_by("id")


def is_anything_due() -> bool:
    """Whether a sender would find something to do: cheap, for every few seconds."""
    return next(_due_targets(clock.now()), None) is not None


def send_waiting() -> int:
    """Send what is due, within some fifteen seconds; answers how many messages went."""
    until = time.monotonic() + BEGIN_SECONDS
    sent = 0
    for channel, target in list(_due_targets(clock.now())):
        if time.monotonic() >= until:
            break
        if not is_wanted(channel, target):
            _give_up(waiting().filter(channel=channel, target=target))
            continue
        state = _take_lease(channel, target)
        if state is not None:
            sent += _send(state, RULES[Channel(channel)], until)
    return sent


def trim_messages() -> int:
    """Delete what went long ago, and give up what could not be sent for a week; answers how many went."""
    now = clock.now()
    _give_up(waiting().filter(created_at__lt=now - KEEP_TRYING))
    over = Message.objects.filter(created_at__lt=now - KEEP_SENT).exclude(sent_at=None, given_up_at=None)
    ids = list(over.order_by("id").values_list("id", flat=True)[:_TRIM_ROWS])
    return Message.objects.filter(id__in=ids).delete()[0]


def _due_targets(now: datetime) -> Iterator[tuple[str, str]]:
    rows = waiting().order_by().values("channel", "target").annotate(oldest=Min("created_at"))
    states = {(state.channel, state.target): state for state in ChannelState.objects.all()}
    for row in rows:
        channel, target = row["channel"], row["target"]
        state = states.get((channel, target))
        is_ripe = not RULES[Channel(channel)].groups or row["oldest"] <= now - timedelta(seconds=GROUP_SECONDS)
        if is_ripe and (state is None or state.next_attempt_at <= now):
            yield channel, target


def _take_lease(channel: str, target: str) -> ChannelState | None:
    now = clock.now()
    state, _made = ChannelState.objects.get_or_create(channel=channel, target=target, defaults={"next_attempt_at": now})
    mine = ChannelState.objects.filter(pk=state.pk, next_attempt_at=state.next_attempt_at)
    if state.next_attempt_at > now or not mine.update(next_attempt_at=now + LEASE):
        return None
    return state


def _send(state: ChannelState, rule: ChannelRule, until: float) -> int:
    """One group, or one message after the other; the lease is ours until then."""
    sent = 0
    while messages := list(waiting().filter(channel=state.channel, target=state.target)[: rule.at_once]):
        try:
            complaint = deliver(state.channel, state.target, messages)
        except DeliveryError as error:
            _failed(state, error)
            return sent
        again_at = _sent(state, messages, rule)
        sent += len(messages)
        if complaint:
            ChannelState.objects.filter(pk=state.pk).update(last_error=complaint, last_error_at=clock.now())
        if again_at is not None:
            return sent
        if rule.groups or time.monotonic() >= until:
            break
    ChannelState.objects.filter(pk=state.pk).update(next_attempt_at=clock.now())
    return sent


def _sent(state: ChannelState, messages: list[Message], rule: ChannelRule) -> datetime | None:
    """The target took them: they never go again. Answers until when it has had enough, or None."""
    now = clock.now()
    with transaction.atomic():
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(sent_at=now)
        current = ChannelState.objects.select_for_update().get(pk=state.pk)
        current.failures, current.last_sent_at, current.last_error, current.test_error = 0, now, "", ""
        window = timedelta(hours=1)
        if current.window_started_at is None or current.window_started_at <= now - window:
            current.window_started_at, current.sent_in_window = now, 0
        current.sent_in_window += 1
        again_at = current.window_started_at + window if current.sent_in_window >= rule.an_hour else None
        current.next_attempt_at = again_at or now + LEASE
        current.save()
    return again_at


def _failed(state: ChannelState, error: DeliveryError) -> None:
    """Leave the target alone for a while, for ever longer."""
    wait = min(FIRST_WAIT * 2 ** min(state.failures, 10), LONGEST_WAIT)
    now = clock.now()
    ChannelState.objects.filter(pk=state.pk).update(
        failures=F("failures") + 1, next_attempt_at=now + wait, last_error=error.detail, last_error_at=now
    )
    log.warning("Notifications could not be sent", channel=state.channel, detail=error.detail, again_in=str(wait))


def _give_up(messages: QuerySet[Message]) -> None:
    if given_up := messages.order_by().update(given_up_at=clock.now()):
        log.warning("Notifications that nobody took for a week, or wants any more, were given up", messages=given_up)
