"""What a mail says: one note, or all that came within its minute."""

from collections import Counter
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from mediadl import clock
from mediadl.configuration.selectors import value
from mediadl.notifications.links import whole_link
from mediadl.notifications.models import Message
from mediadl.notifications.smtp import SmtpServer

_SUBJECT_CHARACTERS = 120
_LISTED = 50  # in one mail; more are counted


def smtp_server() -> SmtpServer:
    """The server that the settings name."""
    top = "notifications.email"
    return SmtpServer(
        host=str(value(f"{top}.smtp_host")),
        port=int(value(f"{top}.smtp_port")),
        security=str(value(f"{top}.security")),
        username=str(value(f"{top}.username")),
        password=str(value(f"{top}.password")),
    )


def missing_setting(recipients: Sequence[str]) -> tuple[str, str] | None:
    """What the settings lack before a mail can go: a leaf's path and a sentence."""
    if not value("notifications.email.smtp_host"):
        return "notifications.email.smtp_host", "Name the SMTP server first."
    if not recipients:
        return "notifications.email.to_addresses", "Name at least one recipient first."
    return None


def mail_about(messages: Sequence[Message], recipients: Sequence[str]) -> EmailMessage:
    """One mail about all ``messages``, oldest first."""
    identity = f"{messages[-1].uuid}.{len(messages)}"
    return new_mail(f"mediadl: {subject_of(messages)}", grouped_text(messages), identity, recipients)


def grouped_text(messages: Sequence[Message]) -> str:
    """All ``messages``, oldest first, as plain text."""
    lines = [f"{len(messages)} things happened:", ""] if len(messages) > 1 else []
    for message in messages[:_LISTED]:
        lines += _lines(message)
    if len(messages) > _LISTED:
        lines += [f"... and {len(messages) - _LISTED} more.", ""]
    return "\n".join(lines)


def general_recipients() -> list[str]:
    """Whom the settings name."""
    return list(value("notifications.email.to_addresses"))


def new_mail(subject: str, text: str, identity: str, recipients: Sequence[str]) -> EmailMessage:
    """A mail from whom the settings say; ``identity`` makes its Message-ID, the same for each try."""
    sender = str(value("notifications.email.from_address")) or recipients[0]
    mail = EmailMessage()
    mail["Subject"] = _one_line(subject)[:_SUBJECT_CHARACTERS]
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{identity}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return mail


def subject_of(messages: Sequence[Message]) -> str:
    """The titles in one line."""
    if len(messages) == 1:
        return _one_line(messages[0].title)
    titles = Counter(message.title for message in messages).most_common()
    return _one_line(", ".join(f"{count} x {title}" for title, count in titles))


def _lines(message: Message) -> list[str]:
    lines = [f"{clock.isoformat_seconds(message.created_at)}  {_one_line(message.title)}", f"  {message.message}"]
    if message.link:
        lines.append(f"  {whole_link(message.link)}")
    return [*lines, ""]


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
