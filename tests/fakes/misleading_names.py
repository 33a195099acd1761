"""Names that lead to an address that is not allowed: at once, among others, or only when asked again."""

import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pycurl

ALLOWED = "127.0.0.1"
LOCAL_NAMES = ("canary.localhost", "canary.internal", "canary.local")
REBINDING = "rebind.example"
_PLACE = re.compile(r"//([a-z0-9.]+\.(?:example|localhost|internal|local)):(\d+)")
_system = socket.getaddrinfo


class MisleadingNames:
    """Stands in for the system's resolver, below everything of the product: for whoever asks it."""

    def __init__(self, secret: str) -> None:
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._labels = iter(range(1_000_000))
        self._always = {
            "trap.example": [secret],
            "both.example": [ALLOWED, secret],
            "mapped.example": [f"::ffff:{secret}"],
            **{name: [secret] for name in LOCAL_NAMES},
        }
        self._secret = secret

    def urls(self, port: int) -> Iterator[str]:
        """A URL of each kind of name; those that end in ``.example`` are new ones each time."""
        yield from (f"http://{name}:{port}/" for name in LOCAL_NAMES)
        for kind in ("trap.example", "both.example", "mapped.example", REBINDING):
            yield f"http://n{next(self._labels)}.{kind}:{port}/"

    def getaddrinfo(self, host: Any, *place: Any, **how: Any) -> list[Any]:
        """What :func:`socket.getaddrinfo` answers."""
        if not isinstance(host, str):
            return _system(host, *place, **how)
        found: list[Any] = []
        for address in self.addresses(host):
            found += _system(address, *place, **how)
        return found

    def addresses(self, host: str) -> list[str]:
        """Where ``host`` leads now; a name that is none of these leads to itself."""
        with self._lock:
            self.asked[host] += 1
            if host.endswith(REBINDING):
                return [ALLOWED if self.asked[host] == 1 else self._secret]
            kind = host if host in LOCAL_NAMES else ".".join(host.split(".")[-2:])
            return self._always.get(kind, [host])

    def curl(self) -> type[pycurl.Curl]:
        """A curl for which the name of a proxy leads where it does here: curl looks that one up by itself."""
        names = self

        class MisledCurl(pycurl.Curl):
            def setopt(self, option: int, value: Any) -> Any:
                if option == pycurl.PROXY and (place := _PLACE.search(value)):
                    literals = ",".join(f"[{ip}]" if ":" in ip else ip for ip in names.addresses(place[1]))
                    super().setopt(pycurl.RESOLVE, [f"+{place[1]}:{place[2]}:{literals}"])
                return super().setopt(option, value)

        return MisledCurl
