"""Handing a mail to an SMTP server: its address guarded, its certificate checked, all of it within seconds."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

from mediadl.media import MediaError
from mediadl.net.resolving import SYSTEM_NAMES
from mediadl.notifications.errors import DeliveryError

RESOLVE_SECONDS = 3.0
CONNECTION_SECONDS = 8.0  # connecting, TLS, login and the mail together, however slowly a server answers


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where to hand mails to; ``security`` is ``starttls``, ``tls`` or ``none``."""

    host: str
    port: int
    security: str
    username: str
    password: str


class _PinnedSmtp(smtplib.SMTP):
    """Connects to addresses that were checked, never to what the name means a moment later."""

    def __init__(self, server: SmtpServer, addresses: Sequence[str], seconds: float) -> None:
        self._server = server
        self._addresses = addresses
        self._until = time.monotonic() + seconds
        self.watched: socket.socket | None = None
        super().__init__(local_hostname=socket.gethostname() or "localhost", timeout=seconds)
        self._host = server.host  # what STARTTLS checks the certificate against

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - smtplib's hook
        plain = self._connected(port)
        self.watched = plain.dup()  # stays this connection's, whatever wraps the socket later
        if self._server.security == "tls":
            return ssl.create_default_context().wrap_socket(plain, server_hostname=self._server.host)
        return plain

    def _connected(self, port: int) -> socket.socket:
        for number, address in enumerate(self._addresses, start=1):
            try:
                return socket.create_connection((address, port), timeout=max(0.1, self._until - time.monotonic()))
            except OSError:
                if number == len(self._addresses):
                    raise
        raise OSError("no address")


def send_mail(server: SmtpServer, mail: EmailMessage) -> list[str]:
    """Hand ``mail`` over; answers the recipients that the server refused while it took others.

    Raises:
        DeliveryError: nobody got it, or nobody knows.
    """
    try:
        addresses = SYSTEM_NAMES.resolve(server.host, server.port, stop=None, seconds=RESOLVE_SECONDS)
    except MediaError as error:
        raise DeliveryError(error.detail, may_pass=error.code != "PRIVATE_ADDRESS") from error
    smtp = _PinnedSmtp(server, addresses, CONNECTION_SECONDS)
    try:
        with _cut_off_after(CONNECTION_SECONDS, smtp):
            return list(_hand_over(smtp, server, mail))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise _told(error, server) from error
    finally:
        smtp.close()
        if smtp.watched is not None:
            smtp.watched.close()


def _hand_over(smtp: _PinnedSmtp, server: SmtpServer, mail: EmailMessage) -> dict[str, tuple[int, bytes]]:
    code, words = smtp.connect(server.host, server.port)
    smtp._host = server.host
    if code != 220:
        raise smtplib.SMTPConnectError(code, words)
    if server.security == "starttls":
        smtp.starttls(context=ssl.create_default_context())
    if server.username:
        smtp.login(server.username, server.password)
    refused = smtp.send_message(mail)
    with suppress(OSError, smtplib.SMTPException):  # it took the mail: how it says goodbye does not matter
        smtp.quit()
    return refused


@contextmanager
def _cut_off_after(seconds: float, smtp: _PinnedSmtp) -> Iterator[None]:
    """A server that sends a byte now and then never runs into a socket's own time limit."""

    def cut() -> None:
        if smtp.watched is not None:
            with suppress(OSError):
                smtp.watched.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _told(error: Exception, server: SmtpServer) -> DeliveryError:
    """The error in words for an admin."""
    where = f"{server.host}:{server.port}"
    match error:
        case smtplib.SMTPAuthenticationError():
            return DeliveryError(f"{where} refused the user name or password.", may_pass=False)
        case smtplib.SMTPRecipientsRefused():
            answers = "; ".join(f"{name}: {_words(answer)}" for name, answer in error.recipients.items())
            return DeliveryError(f"{where} refused all recipients: {answers[:300]}", may_pass=False)
        case smtplib.SMTPSenderRefused() | smtplib.SMTPDataError() | smtplib.SMTPConnectError():
            answer = _words((error.smtp_code, error.smtp_error))
            return DeliveryError(f"{where} refused the mail: {answer}", may_pass=error.smtp_code < 500)
        case smtplib.SMTPNotSupportedError():
            return DeliveryError(f"{where} cannot do it: {error}. Choose another encryption.", may_pass=False)
        case ssl.SSLCertVerificationError():
            return DeliveryError(f"The certificate of {where} is not trusted: {error.verify_message}.", may_pass=False)
        case ssl.SSLError():
            return DeliveryError(f"No secure connection to {where}; is the encryption right for it?", may_pass=False)
        case TimeoutError():
            return DeliveryError(f"{where} did not answer in time.", may_pass=True)
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return DeliveryError(f"{where} could not be reached: {error.strerror or 'no connection'}.", may_pass=True)
        case ValueError():
            return DeliveryError("The mail could not be written; check the addresses.", may_pass=False)
    return DeliveryError(f"{where} did not take the mail; the connection ended or it answered wrongly.", may_pass=True)


def _words(answer: tuple[int, bytes | str]) -> str:
    code, text = answer
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {' '.join(plain.split())[:200]}"
