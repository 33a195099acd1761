"""The settings below ``notifications``: which channel tells whom of what."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from mediadl.configuration.registry import Kind as LeafKind
from mediadl.configuration.registry import Leaf, register
from mediadl.media import MediaError
from mediadl.net.addresses import check_url
from mediadl.notifications.apprise_schemas import ALLOWED_SCHEMAS, REFUSED_OPTIONS, schema_of
from mediadl.notifications.kinds import KIND_WORDS, Kind

MAX_PORT = 65_535
MAX_ADDRESS = 254
MAX_URLS = 10
MAX_SECRET = 500
MAX_APPRISE = 4000  # characters, over all addresses
EVENTS = tuple(kind.value for kind in Kind)
_MAIL_EVENTS = [kind.value for kind in Kind if kind is not Kind.SUCCESS]
_EVENT_WORDS = {kind.value: words for kind, words in KIND_WORDS.items()}


def register_leaves() -> None:
    """Put ``notifications`` into the tree."""
    register(*_mail_leaves(), *_webhook_leaves(), *_apprise_leaves())
    register(
        Leaf(
            "notifications.browser.enabled",
            LeafKind.BOOLEAN,
            default=True,
            label="Browser notifications",
            help="Notes on open pages, and from the browser itself where that is allowed.",
        ),
        Leaf(
            "notifications.site_url",
            LeafKind.TEXT,
            "",
            "Address of this site",
            "As people open it, such as https://media.example.org; mails and webhooks then carry whole links.",
            high=300,
            check=_site_problem,
        ),
    )


def _mail_leaves() -> list[Leaf]:
    top = "notifications.email"
    return [
        Leaf(f"{top}.enabled", LeafKind.BOOLEAN, default=False, label="E-mail", help="Send mails about these events."),
        Leaf(f"{top}.smtp_host", LeafKind.TEXT, "", "SMTP server", "Its name, such as smtp.example.org.", high=253),
        Leaf(f"{top}.smtp_port", LeafKind.INTEGER, 587, "SMTP port", "587 as a rule, 465 with TLS.", 1, MAX_PORT),
        Leaf(
            f"{top}.security",
            LeafKind.CHOICE,
            "starttls",
            "Encryption",
            "The server's certificate is checked. Without encryption the password can be read on the way.",
            choices=("starttls", "tls", "none"),
            words={"starttls": "STARTTLS", "tls": "TLS from the start", "none": "None"},
        ),
        Leaf(f"{top}.username", LeafKind.TEXT, "", "User name", "Empty where the server wants no login.", high=320),
        Leaf(f"{top}.password", LeafKind.SECRET, "", "Password", "Kept encrypted.", high=MAX_SECRET),
        Leaf(
            f"{top}.from_address",
            LeafKind.TEXT,
            "",
            "Sender",
            "The address that mails come from.",
            high=MAX_ADDRESS,
            check=_address_problem,
        ),
        Leaf(f"{top}.to_addresses", LeafKind.TEXT_LIST, list, "Recipients", "One a line.", check=_addresses_problem),
        _events_leaf(top, _MAIL_EVENTS, "Mails about", "What happens within a minute comes in one mail."),
    ]


def _events_leaf(top: str, events: Sequence[str], label: str, help_text: str) -> Leaf:
    """What a channel tells of, at first ``events``."""
    return Leaf(
        f"{top}.events",
        LeafKind.TEXT_LIST,
        lambda: list(events),
        label,
        help_text,
        choices=EVENTS,
        words=_EVENT_WORDS,
    )


def _webhook_leaves() -> list[Leaf]:
    top = "notifications.webhooks"
    return [
        Leaf(
            f"{top}.urls",
            LeafKind.TEXT_LIST,
            list,
            "Webhooks",
            f"Addresses that get a POST with JSON for each event, one a line, at most {MAX_URLS}.",
            check=_urls_problem,
        ),
        Leaf(
            f"{top}.secret",
            LeafKind.SECRET,
            "",
            "Webhook secret",
            "Signs each POST: X-Mediadl-Signature is the HMAC-SHA256 of the timestamp, a dot and the body.",
            high=MAX_SECRET,
        ),
        _events_leaf(top, EVENTS, "Webhooks about", "Each event is one POST."),
    ]


def _apprise_leaves() -> list[Leaf]:
    top = "notifications.apprise"
    return [
        Leaf(
            f"{top}.enabled",
            LeafKind.BOOLEAN,
            default=False,
            label="Apprise",
            help="Tell the services below: Telegram, Discord, ntfy, Gotify, Matrix, Slack and many more.",
        ),
        Leaf(
            f"{top}.urls",
            LeafKind.SECRET,
            "",
            "Apprise addresses",
            f"As Apprise writes them, such as ntfys://host/topic, each with one receiver; at most {MAX_URLS}, with "
            "spaces between them. Kept encrypted.",
            high=MAX_APPRISE,
            check=_apprise_problem,
        ),
        _events_leaf(top, _MAIL_EVENTS, "Apprise about", "What happens within a minute comes in one message."),
    ]


def _apprise_problem(text: str) -> str | None:
    """What is wrong; an address is never repeated, it holds tokens."""
    addresses = text.split()
    if len(addresses) > MAX_URLS:
        return f"Must be at most {MAX_URLS} addresses."
    if len(set(addresses)) < len(addresses):
        return "The same address stands here twice."
    for number, address in enumerate(addresses, start=1):
        schema = schema_of(address)
        if not schema:
            return f"Address {number} is none of Apprise's: it must start with a service and ://."
        if schema not in ALLOWED_SCHEMAS:
            return f"Address {number}: the service {schema[:20]} is not allowed here; only those that speak HTTP are."
        # Apprise parts options at semicolons as well.
        query = address.partition("?")[2].replace(";", "&")
        options = {name.lower().strip("+-: ") for name, _ in parse_qsl(query, keep_blank_values=True)}
        if refused := sorted(options & REFUSED_OPTIONS):
            return f"Address {number}: the option {refused[0]} is not allowed here."
    return None


def _site_problem(text: str) -> str | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return "This address cannot be read."
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        return "Must start with http:// or https:// and name a host."
    return None


def _address_problem(text: str) -> str | None:
    if not text:
        return None
    try:
        validate_email(text)
    except ValidationError:
        return f"{text[:60]} is not an e-mail address."
    return None


def _addresses_problem(texts: list[str]) -> str | None:
    return next((problem for text in texts if (problem := _address_problem(text or "An empty line"))), None)


def _urls_problem(texts: list[str]) -> str | None:
    if len(texts) > MAX_URLS:
        return f"Must be at most {MAX_URLS} addresses."
    if len(set(texts)) < len(texts):
        return "The same address stands here twice."
    for text in texts:
        try:
            check_url(text)
        except MediaError as error:
            return f"{text[:60]}: {error.detail}"
    return None
