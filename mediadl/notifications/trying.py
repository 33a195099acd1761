"""The test button: does what is configured work, and if not, why?"""

from typing import Any
from uuid import uuid4

from mediadl import clock
from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError, ServiceUnavailableError
from mediadl.notifications.errors import DeliveryError
from mediadl.notifications.kinds import Kind, Level
from mediadl.notifications.mails import missing_setting, new_mail, smtp_server
from mediadl.notifications.models import Channel, Message
from mediadl.notifications.services import webhook_urls
from mediadl.notifications.smtp import send_mail
from mediadl.notifications.webhooks import post_webhook

_TITLE = "Test"
_TEXT = "This is a test: notifications of the media downloader reach you."
_WEBHOOKS_TRIED = 1  # each may take seconds; the person waits


def send_test(*, user: Any) -> None:
    """Send a test mail, or, where no mail is configured, a test to the first webhook; now, past the outbox.

    Raises:
        InvalidFieldsError: nothing is configured, or what is cannot work.
        ServiceUnavailableError: the server could not be reached; later it may be.
    """
    missing = missing_setting()
    urls = webhook_urls()[:_WEBHOOKS_TRIED]
    if missing and not urls:
        raise InvalidFieldsError({missing[0]: [missing[1]]})
    audit(user, "notifications.test", target="webhook" if missing else "email")
    try:
        if missing:
            for url in urls:
                post_webhook(_message(url))
        else:
            send_mail(smtp_server(), new_mail("mediadl: test", f"{_TEXT}\n", str(uuid4())))
    except DeliveryError as error:
        if error.may_pass:
            raise ServiceUnavailableError(error.detail) from error
        raise InvalidFieldsError({f"notifications.{'webhooks' if missing else 'email'}": [error.detail]}) from error


def _message(url: str) -> Message:
    return Message(
        channel=Channel.WEBHOOK,
        target=url,
        kind=Kind.SUCCESS,
        level=Level.INFO,
        title=_TITLE,
        message=_TEXT,
        created_at=clock.now(),
    )
