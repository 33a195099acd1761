"""Who uses the guarding proxy: each child's work has a name, a password, and rules of its own."""

import hmac
import secrets
import threading
from collections.abc import Callable

from mediadl.media import FailureKind, MediaError

# What explains a child's failure best, where its requests were refused for several reasons.
_WEIGHT = {FailureKind.TOLD_TO_WAIT: 2, FailureKind.REFUSED: 1}


class ProxyGuest:
    """One listing's (or fetch's) children at the proxy.

    Args:
        user: the name by which the proxy knows them.
        before_request: called in a thread of the proxy's with the URL of each plain request, or the
            origin of each tunnel; may raise ``MediaError``; returns the seconds to wait before it.
        upstream: a proxy (http, https, socks5, socks5h) that the proxy itself goes through, or empty.
    """

    def __init__(self, user: str, before_request: Callable[[str], float] | None, upstream: str) -> None:
        self.user = user
        self.upstream = upstream
        self.before_request = before_request
        self._password = secrets.token_urlsafe(24)
        self._lock = threading.Lock()
        self._refusal: MediaError | None = None
        self.has_come = False
        """Whether a child of its has used its name. Most listings start none."""

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password."""
        return self.user, self._password

    def has_password(self, given: str) -> bool:
        """Whether it is this guest's."""
        return hmac.compare_digest(given.encode(), self._password.encode())

    def refused(self, error: MediaError) -> None:
        """Keep what was refused; the weightiest stays, the newest of equals."""
        with self._lock:
            if self._refusal is None or _weight(error) >= _weight(self._refusal):
                self._refusal = error

    def refusal(self) -> MediaError | None:
        """What was refused to these children so far, as the error that it means, or None."""
        with self._lock:
            return self._refusal


class GuestBook:
    """The guests that are let in now; used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._guests: dict[str, ProxyGuest] = {}
        self._number = 0

    def admit(
        self, before_request: Callable[[str], float] | None = None, upstream: str = "", *, user: str = ""
    ) -> ProxyGuest:
        """Let a new guest in."""
        with self._lock:
            self._number += 1
            guest = ProxyGuest(user or f"child{self._number}", before_request, upstream)
            self._guests[guest.user] = guest
            return guest

    def dismiss(self, guest: ProxyGuest) -> bool:
        """Let it in no more; True if it may have connections open."""
        with self._lock:
            self._guests.pop(guest.user, None)
            return guest.has_come

    def guest_of(self, user: str, password: str) -> ProxyGuest | None:
        """The guest with these credentials, or None."""
        with self._lock:
            guest = self._guests.get(user)
            if guest is not None:
                guest.has_come = True
        return guest if guest is not None and guest.has_password(password) else None


def _weight(error: MediaError) -> int:
    return _WEIGHT.get(error.kind, 0)
