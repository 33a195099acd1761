"""Run as a script, in a child process: hand one message to one service through Apprise.

Reads JSON from standard input (``url``, ``title``, ``body``, ``type``, ``proxy``) and writes one line
of JSON: ``ok``, ``targets``, ``status`` (of the last answer, or null) and ``error``. Nothing of the
product is imported here. An audit hook, which nothing can take away again, lets the services reach
the guarding proxy and nothing else: no other address, no program, no file but those of Python.
"""

import json
import logging
import mimetypes
import os
import sys
from typing import Any
from urllib.parse import urlsplit

_ANSWER_CHARACTERS = 300
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.startfile")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.link", "os.symlink", "os.truncate")
_READABLE = tuple(
    os.path.realpath(path) + os.sep for path in (sys.prefix, sys.base_prefix, "/usr/share/zoneinfo", "/usr/share/mime")
)


class Fence:
    """Refuses what a service has no business with; installed for good."""

    def __init__(self, proxy: str) -> None:
        parts = urlsplit(proxy)
        self._proxy = (parts.hostname, parts.port)
        self._readable = _READABLE + tuple(filter(None, [os.environ.get("SSL_CERT_FILE", "")]))

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook.

        Raises:
            PermissionError: it may not.
        """
        if event == "socket.connect" and tuple(arguments[1][:2]) != self._proxy:
            raise PermissionError("Only the guarding proxy may be reached.")
        if event in {"socket.sendto", "socket.sendmsg", "socket.bind"}:
            raise PermissionError("Only connections to the guarding proxy are allowed.")
        if event == "socket.getaddrinfo" and arguments[0] != self._proxy[0]:
            raise PermissionError("Names are looked up by the guarding proxy.")
        if event.startswith(_PROGRAMS) or event in _CHANGES:
            raise PermissionError("No programs and no changes of files.")
        if event == "open" and not isinstance(arguments[0], int):
            self._check_file(os.fsdecode(arguments[0]), arguments[2])

    def _check_file(self, path: str, flags: int) -> None:
        if flags & _WRITES or not os.path.realpath(path).startswith(self._readable):
            raise PermissionError("Only Python's own files may be read.")


class Remembered(logging.Handler):
    """Keeps the last thing that Apprise complained of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.text = record.getMessage()


def main() -> None:
    """Send, and say how it went."""
    asked = json.load(sys.stdin)
    import apprise
    import requests

    complaints = Remembered()
    logging.getLogger("apprise").addHandler(complaints)
    answers: list[requests.Response] = []
    send = requests.Session.send

    def remembering(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        options["allow_redirects"] = False  # a redirect would lead the message elsewhere
        answer = send(self, request, **options)
        answers.append(answer)
        return answer

    requests.Session.send = remembering  # type: ignore[method-assign]
    mimetypes.init(files=())
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY, plugin_paths=[], async_mode=False)
    service = apprise.Apprise.instantiate(asked["url"], asset=asset)
    sys.addaudithook(Fence(asked["proxy"]))
    if not isinstance(service, apprise.NotifyBase):
        _say(ok=False, targets=0, status=None, error="This address cannot be read.")
        return
    if len(service) > 1:
        _say(ok=False, targets=len(service), status=None, error="")
        return
    ok = bool(service.notify(body=asked["body"], title=asked["title"], notify_type=asked["type"]))
    last = answers[-1] if answers else None
    refusal = last.text[:_ANSWER_CHARACTERS] if last is not None and last.status_code == 403 else ""
    error = refusal if refusal.startswith("PRIVATE_ADDRESS") else complaints.text
    _say(ok=ok, targets=len(service), status=last.status_code if last is not None else None, error=error)


def _say(**answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
