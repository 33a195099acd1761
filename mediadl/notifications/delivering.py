"""How each channel hands messages over, and how much of them one target bears."""

from collections.abc import Sequence
from dataclasses import dataclass

from mediadl.notifications.apprise_sending import send_apprise
from mediadl.notifications.apprise_targets import address_of
from mediadl.notifications.errors import DeliveryError
from mediadl.notifications.mails import mail_about, missing_setting, smtp_server
from mediadl.notifications.models import Channel, Message
from mediadl.notifications.smtp import send_mail
from mediadl.notifications.targets import recipients_of
from mediadl.notifications.webhooks import post_webhook

MESSAGES_IN_A_GROUP = 500


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """How much at once and how often.

    Attributes:
        groups: what happens within a minute goes as one.
        an_hour: so many deliveries to one target; the rest waits for the next hour, in order.
    """

    groups: bool
    an_hour: int

    @property
    def at_once(self) -> int:
        """How many messages one delivery holds at most."""
        return MESSAGES_IN_A_GROUP if self.groups else 1


RULES = {
    Channel.EMAIL: ChannelRule(groups=True, an_hour=20),
    Channel.APPRISE: ChannelRule(groups=True, an_hour=20),
    Channel.WEBHOOK: ChannelRule(groups=False, an_hour=600),  # a program reads them
}


def deliver(channel: str, target: str, messages: Sequence[Message]) -> str:
    """Hand ``messages`` over; answers what the target complained of although it took them, or nothing.

    Raises:
        DeliveryError: it did not take them, or nobody knows.
    """
    match channel:
        case Channel.EMAIL:
            return _mail(target, messages)
        case Channel.APPRISE:
            send_apprise(address_of(target) or "", messages)
        case Channel.WEBHOOK:
            for message in messages:
                post_webhook(message)
    return ""


def _mail(target: str, messages: Sequence[Message]) -> str:
    recipients = recipients_of(target)
    if missing := missing_setting(recipients):
        raise DeliveryError(missing[1], may_pass=False)
    refused = send_mail(smtp_server(), mail_about(messages, recipients))
    return f"These recipients were refused: {', '.join(refused)}." if refused else ""
