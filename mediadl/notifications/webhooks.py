"""Posting a message to a webhook: guarded as every request of ours, signed, never redirected."""

import hashlib
import hmac
from typing import Any

import orjson

from mediadl import clock
from mediadl.configuration.selectors import value
from mediadl.media import FailureKind, MediaError
from mediadl.net.client import HttpClient
from mediadl.net.limits import Timeouts
from mediadl.net.urls import host_of
from mediadl.notifications.errors import DeliveryError
from mediadl.notifications.links import whole_link
from mediadl.notifications.models import Message

WEBHOOK_SECONDS = 6.0
_TIMEOUTS = Timeouts(connect=3.0, first_byte=5.0, stall=5.0, total=WEBHOOK_SECONDS)
_ANSWER_BYTES = 64 * 1024  # nobody reads it
_USER_AGENT = "mediadl-webhook"


def payload_of(message: Message) -> dict[str, Any]:
    """What is posted; ``id`` is the same for each try."""
    return {
        "id": str(message.uuid),
        "kind": message.kind,
        "level": message.level,
        "title": message.title,
        "message": message.message,
        "link": whole_link(message.link) if message.link else None,
        "created_at": clock.isoformat_seconds(message.created_at),
    }


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """``sha256=`` and the hex HMAC of the timestamp, a dot and the body."""
    digest = hmac.new(secret.encode(), timestamp.encode("ascii") + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def post_webhook(message: Message) -> None:
    """Post ``message`` to its target.

    Raises:
        DeliveryError: the target did not answer with 2xx.
    """
    payload = payload_of(message)
    timestamp = str(int(clock.now().timestamp()))
    headers = {"X-Mediadl-Delivery": payload["id"], "X-Mediadl-Timestamp": timestamp}
    if secret := str(value("notifications.webhooks.secret")):
        # The client writes JSON with the same function, so these are the bytes that go out.
        headers["X-Mediadl-Signature"] = signature_of(secret, timestamp, orjson.dumps(payload))
    try:
        with HttpClient(user_agent=_USER_AGENT, timeouts=_TIMEOUTS, before_request=_OneHop()) as client:
            answer = client.post(message.target, json=payload, headers=headers, max_bytes=_ANSWER_BYTES)
    except MediaError as error:
        if error.code == "TOO_LARGE":
            raise DeliveryError(f"{_where(message)} answered with far too much.", may_pass=True) from error
        may_pass = error.kind is not FailureKind.REFUSED
        raise DeliveryError(f"{_where(message)}: {error.detail}", may_pass=may_pass) from error
    if not 200 <= answer.status < 300:
        raise DeliveryError(f"{_where(message)} answered with HTTP {answer.status}.", may_pass=answer.status >= 500)


class _OneHop:
    """A redirect would turn the POST into something else, or lead it elsewhere: it counts as a failure."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self, _url: str) -> None:
        if self._asked:
            raise MediaError(
                FailureKind.REFUSED, "REDIRECTED", "It redirects elsewhere; enter the address it leads to."
            )
        self._asked = True


def _where(message: Message) -> str:
    """Only the host: the rest of a webhook's address is often its secret."""
    return f"The webhook at {host_of(message.target)}"
