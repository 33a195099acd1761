"""Keeps secrets out of the log: by the name of a value, and by what a text looks like."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "***"
MAX_DEPTH = 6

_HIDDEN_NAMES = (
    r"(?:access_?|refresh_?|csrf_?|api_?|id_?)?token|csrfmiddlewaretoken|ticket|pass(?:word|wd|phrase)"
    r"|secret(?:_?key)?|authorization|(?:set-?)?cookies?|(?:captcha_)?api_?key|signing_?key|private_?key"
    r"|session_?id|x-amz-(?:signature|security-token)|signature|sig"
)
_SECRET_NAME = re.compile(rf"(?:^|[_.\-])(?:{_HIDDEN_NAMES})$", re.IGNORECASE)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Header lines: everything up to the end of the line.
    (re.compile(r"(?im)\b((?:proxy-)?authorization|(?:set-)?cookie)(\s*[:=]\s*)(?!\s)[^\r\n]+"), rf"\1\2{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer)\s+(?=\S*[0-9])[A-Za-z0-9._~+/=\-]{6,}"), rf"\1 {HIDDEN}"),
    # name=value in a query or a command line, and "name": "value" in JSON or a dictionary's text.
    (
        re.compile(
            rf"(?i)(?<![A-Za-z0-9])([\"']?(?:[a-z0-9]+[_-])*(?:{_HIDDEN_NAMES})[\"']?\s*[:=]\s*)"
            r"(\"[^\"]*\"|'[^']*'|[^\s&;,\"'}]+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\bmdl_[A-Za-z0-9_\-]{8,}"), HIDDEN),
    (re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*"), HIDDEN),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.\-]*://)[^\s/@:]*:[^\s/@]*@"), rf"\1{HIDDEN}@"),
)
# Each of the patterns needs one of these; most texts of a log are names and numbers without any.
_MAY_HOLD_A_SECRET = re.compile(r"[:=]|mdl_|eyJ|bearer", re.IGNORECASE)


def redact_text(text: str) -> str:
    """``text`` with everything that looks like a secret hidden, and safe to store anywhere."""
    if _MAY_HOLD_A_SECRET.search(text):
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
    # NUL is refused by PostgreSQL, lone surrogates by UTF-8.
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def is_secret_name(name: str) -> bool:
    """Whether a value of this name is never to be shown."""
    return bool(_SECRET_NAME.search(name))


def redact(value: Any, depth: int = 0) -> Any:
    """A copy of ``value`` in JSON's types without secrets; what is no JSON type becomes its text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, str):
        return redact_text(value)
    if depth >= MAX_DEPTH:
        return redact_text(str(value))
    if isinstance(value, Mapping):
        return {
            redact_text(str(key)): HIDDEN if is_secret_name(str(key)) and item else redact(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item, depth + 1) for item in value]
    return redact_text(str(value))
