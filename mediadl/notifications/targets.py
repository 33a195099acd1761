"""Who hears of anything at all, through which channel, and of what."""

from dataclasses import dataclass

from mediadl.configuration.selectors import value
from mediadl.notifications.apprise_targets import address_of, apprise_addresses, target_of
from mediadl.notifications.choices import USER, mail_choices, recipient_of
from mediadl.notifications.mails import general_recipients
from mediadl.notifications.models import Channel


@dataclass(frozen=True, slots=True)
class Target:
    """One mailbox, webhook or service; ``name`` is what the outbox calls it."""

    channel: Channel
    name: str
    kinds: frozenset[str]


def targets() -> list[Target]:
    """Each target that hears of anything."""
    return [*_mail_targets(), *_webhook_targets(), *_apprise_targets()]


def is_wanted(channel: str, name: str) -> bool:
    """Whether a message that waits for this target may still go."""
    match channel:
        case Channel.EMAIL:
            return mail_is_on() and (not name or recipient_of(name) is not None)
        case Channel.WEBHOOK:
            return name in webhook_urls()
        case Channel.APPRISE:
            return apprise_is_on() and address_of(name) is not None
    return False


def is_in_settings(channel: str, name: str) -> bool:
    """Whether a test would go to this target, also while the channel is switched off."""
    match channel:
        case Channel.WEBHOOK:
            return name in webhook_urls()
        case Channel.APPRISE:
            return address_of(name) is not None
    return True


def mail_is_on() -> bool:
    """Whether mails are sent at all."""
    return bool(value("notifications.email.enabled"))


def apprise_is_on() -> bool:
    """Whether Apprise's services are told."""
    return bool(value("notifications.apprise.enabled"))


def webhook_urls() -> list[str]:
    """The targets of webhooks."""
    return list(value("notifications.webhooks.urls"))


def recipients_of(name: str) -> list[str]:
    """The addresses that a mail for this target goes to."""
    if not name:
        return general_recipients()
    recipient = recipient_of(name)
    return [recipient] if recipient else []


def _mail_targets() -> list[Target]:
    if not mail_is_on():
        return []
    kinds = frozenset(value("notifications.email.events"))
    everybody = general_recipients()
    found = [Target(Channel.EMAIL, "", kinds)]
    for choice in mail_choices():
        # Who stands among the recipients has the general mail already: the choice adds what that leaves out.
        wanted = choice.kinds - kinds if choice.address in everybody else choice.kinds
        found.append(Target(Channel.EMAIL, f"{USER}{choice.user_id}", wanted))
    return found


def _webhook_targets() -> list[Target]:
    kinds = frozenset(value("notifications.webhooks.events"))
    return [Target(Channel.WEBHOOK, url, kinds) for url in webhook_urls()]


def _apprise_targets() -> list[Target]:
    if not apprise_is_on():
        return []
    kinds = frozenset(value("notifications.apprise.events"))
    return [Target(Channel.APPRISE, target_of(address), kinds) for address in apprise_addresses()]


def service_of(name: str) -> str:
    """The service of one of Apprise's targets, which is all of it that may be shown."""
    return name.partition(":")[0]
