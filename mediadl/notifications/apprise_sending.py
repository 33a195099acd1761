"""Handing messages to one of Apprise's services: in a child process whose only way out is the guarding proxy."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import orjson

from mediadl.media import MediaError
from mediadl.net.children import run_child
from mediadl.net.proxy import GuardingProxy
from mediadl.net.stopping import StopSignal
from mediadl.notifications.apprise_schemas import schema_of
from mediadl.notifications.errors import DeliveryError
from mediadl.notifications.kinds import Level
from mediadl.notifications.mails import grouped_text, subject_of
from mediadl.notifications.models import Message

APPRISE_SECONDS = 12.0  # starting Python, loading Apprise, and the service's answer
_SCRIPT = str(Path(__file__).with_name("apprise_child.py"))
_TYPES = {Level.INFO: "info", Level.SUCCESS: "success", Level.WARNING: "warning", Level.ERROR: "failure"}
_WORST_FIRST = (Level.ERROR, Level.WARNING, Level.SUCCESS, Level.INFO)
_ERROR_CHARACTERS = 200
_SECRET_CHARACTERS = 5  # a shorter part of an address is no secret, and might be any word
_BODY_CHARACTERS = 3000  # services cut longer texts, or refuse them


def send_apprise(address: str, messages: Sequence[Message]) -> None:
    """Hand all ``messages`` over as one.

    Raises:
        DeliveryError: the service did not take it, or nobody knows.
    """
    levels = {message.level for message in messages}
    worst = next((level for level in _WORST_FIRST if level in levels), Level.INFO)
    body = grouped_text(messages)
    if len(body) > _BODY_CHARACTERS:
        body = f"{body[: _BODY_CHARACTERS - 1]}…"
    proxy = GuardingProxy()
    proxy.start()
    try:
        asked = {
            "url": address,
            "title": subject_of(messages),
            "body": body,
            "type": _TYPES[worst],
            "proxy": proxy.url,
        }
        _read(_answer(orjson.dumps(asked), proxy.url, schema_of(address)), address)
    finally:
        proxy.stop()


def _answer(asked: bytes, proxy_url: str, schema: str) -> dict[str, object]:
    lines: list[str] = []
    try:
        run_child(
            [sys.executable, "-I", _SCRIPT],
            stop=StopSignal(),
            proxy_url=proxy_url,
            on_stdout_line=lines.append,
            timeout_seconds=APPRISE_SECONDS,
            stdin=asked,
        )
    except (MediaError, OSError) as error:
        raise DeliveryError(f"{schema}: it did not answer in time.", may_pass=True) from error
    for line in reversed(lines):
        try:
            answer = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(answer, dict):
            return answer
    raise DeliveryError(f"{schema}: Apprise ended without an answer.", may_pass=True)


def _read(answer: dict[str, object], address: str) -> None:
    """Silence where it went.

    Raises:
        DeliveryError: it did not.
    """
    if answer.get("ok"):
        return
    schema, targets, status = schema_of(address), answer.get("targets"), answer.get("status")
    if isinstance(targets, int) and targets > 1:
        words = "this address names several receivers; write one address for each, so that none hears twice."
        raise DeliveryError(f"{schema}: {words}", may_pass=False)
    words = without_secrets(str(answer.get("error") or "it did not take the message."), address)
    is_final = targets == 0 or (isinstance(status, int) and 400 <= status < 500 and status not in {408, 429})
    raise DeliveryError(f"{schema}: {words[:_ERROR_CHARACTERS]}", may_pass=not is_final)


def without_secrets(text: str, address: str) -> str:
    """``text`` with every part of the address that may be a token taken out."""
    rest = address.partition("://")[2]
    parts = {part for raw in (rest, unquote(rest)) for part in re.split(r"[/:@?&=,#]+", raw)}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _SECRET_CHARACTERS:
            text = text.replace(part, "***")
    return " ".join(text.split())
