"""The test button: does what is configured work, and if not, why?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError, ServiceUnavailableError
from mediadl.notifications.apprise_sending import send_apprise
from mediadl.notifications.apprise_targets import apprise_addresses, target_of
from mediadl.notifications.errors import DeliveryError
from mediadl.notifications.kinds import Kind, Level
from mediadl.notifications.mails import general_recipients, missing_setting, new_mail, smtp_server
from mediadl.notifications.models import Channel, ChannelState, Message
from mediadl.notifications.smtp import send_mail
from mediadl.notifications.targets import webhook_urls
from mediadl.notifications.webhooks import post_webhook

_TITLE = "Test"
_TEXT = "This is a test: notifications of the media downloader reach you."
_MOST_TRIED = 2  # each may take seconds; the person waits
_SETTINGS = {Channel.EMAIL: "email", Channel.WEBHOOK: "webhooks", Channel.APPRISE: "apprise"}


def send_test(*, user: Any, channel: str = "") -> str:
    """Send a test through ``channel``, or through the first one that is set up; now, past the outbox.

    The stored settings count, also where the channel is still switched off. Answers the channel.
    Why a target did not take it is kept beside that target until something gets through.

    Raises:
        InvalidFieldsError: nothing is configured, or what is cannot work.
        ServiceUnavailableError: the server could not be reached; later it may be.
    """
    chosen = Channel(channel) if channel else _first_set_up()
    if missing := _missing(chosen):
        raise InvalidFieldsError({missing[0]: [missing[1]]})
    audit(user, "notifications.test", target=chosen.value)
    senders: dict[Channel, Callable[[], None]] = {
        Channel.EMAIL: _try_mail,
        Channel.WEBHOOK: _try_webhooks,
        Channel.APPRISE: _try_apprise,
    }
    try:
        senders[chosen]()
    except DeliveryError as error:
        if error.may_pass:
            raise ServiceUnavailableError(error.detail) from error
        raise InvalidFieldsError({f"notifications.{_SETTINGS[chosen]}": [error.detail]}) from error
    return chosen.value


def _first_set_up() -> Channel:
    return next((channel for channel in Channel if _missing(channel) is None), Channel.EMAIL)


def _missing(channel: Channel) -> tuple[str, str] | None:
    """The setting that the channel lacks, and a sentence."""
    match channel:
        case Channel.EMAIL:
            return missing_setting(general_recipients())
        case Channel.WEBHOOK:
            return None if webhook_urls() else ("notifications.webhooks.urls", "Enter the address of a webhook first.")
    if apprise_addresses():
        return None
    return "notifications.apprise.urls", "Enter one of Apprise's addresses first."


def _try_mail() -> None:
    mail = new_mail("mediadl: test", f"{_TEXT}\n", str(uuid4()), general_recipients())
    with _result_kept(Channel.EMAIL, ""):
        if refused := send_mail(smtp_server(), mail):
            raise DeliveryError(f"These recipients were refused: {', '.join(refused)}.", may_pass=False)


def _try_webhooks() -> None:
    for url in webhook_urls()[:_MOST_TRIED]:
        with _result_kept(Channel.WEBHOOK, url):
            post_webhook(_message(Channel.WEBHOOK, url))


def _try_apprise() -> None:
    for address in apprise_addresses()[:_MOST_TRIED]:
        with _result_kept(Channel.APPRISE, target_of(address)):
            send_apprise(address, [_message(Channel.APPRISE, "")])


@contextmanager
def _result_kept(channel: Channel, target: str) -> Iterator[None]:
    try:
        yield
    except DeliveryError as error:
        now = clock.now()
        failed = {"test_error": error.detail, "test_failed_at": now}
        ChannelState.objects.update_or_create(
            channel=channel, target=target, defaults=failed, create_defaults={**failed, "next_attempt_at": now}
        )
        raise
    ChannelState.objects.filter(channel=channel, target=target).update(test_error="")


def _message(channel: Channel, target: str) -> Message:
    return Message(
        channel=channel,
        target=target,
        kind=Kind.SUCCESS,
        level=Level.INFO,
        title=_TITLE,
        message=_TEXT,
        created_at=clock.now(),
    )
