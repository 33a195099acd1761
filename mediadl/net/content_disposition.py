"""The file name that a server suggests (RFC 6266, 5987): a hint only, never a path."""

import re
import unicodedata
from urllib.parse import unquote, unquote_to_bytes

MAX_NAME_CHARACTERS = 255
_PARAMETER = re.compile(
    r""";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|"[^"]*$|[^;"]*)""",
    re.ASCII,
)
_EXTENDED = re.compile(r"([\w-]+)'[\w-]*'(.*)", re.ASCII | re.DOTALL)
_FIRST_WORD = re.compile(r"^\s*[\w-]*\s*(?=;|$)", re.ASCII)
_SEPARATORS = re.compile(r"[/\\]")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, bidi and format, unassigned


def suggested_name(header: str) -> str:
    """The name in a ``Content-Disposition`` header: its last path part without control, bidi and
    other invisible characters; empty if there is none. It is not safe as a file name yet.
    """
    parameters = _parameters(header)
    name = _extended(parameters.get("filename*", "")) or parameters.get("filename", "")
    last_part = _SEPARATORS.split(name)[-1]
    shown = "".join(
        c for c in unicodedata.normalize("NFC", last_part) if unicodedata.category(c) not in _HIDDEN_CATEGORIES
    )
    cleaned = shown.strip(" .")
    return cleaned[:MAX_NAME_CHARACTERS]


def _parameters(header: str) -> dict[str, str]:
    rest = _FIRST_WORD.sub("", header, count=1)
    found: dict[str, str] = {}
    for name, value in _PARAMETER.findall(rest if rest.startswith(";") else ";" + rest):
        raw = value.strip()
        found.setdefault(name.lower(), raw.strip('"') if name.endswith("*") else _value(raw))
    return found


def _value(text: str) -> str:
    is_quoted = len(text) > 1 and text.startswith('"') and text.endswith('"')
    value = re.sub(r"\\(.)", _unless_path, text[1:-1]) if is_quoted else text.removeprefix('"')
    # Browsers read escapes here too, against the standard, so servers send them.
    return unquote(value, errors="strict") if _is_escaped(value) else value


def _unless_path(match: re.Match[str]) -> str:
    """Undo an escape, but keep the backslash of a DOS path: it must still be seen as a separator."""
    return match[1] if match[1] in '"\\' else match[0]


def _is_escaped(value: str) -> bool:
    if not re.search(r"%[0-9A-Fa-f]{2}", value):
        return False
    try:
        unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _extended(text: str) -> str:
    match = _EXTENDED.fullmatch(text)
    if match is None:
        return ""
    charset, value = match.groups()
    if charset.lower() not in {"utf-8", "iso-8859-1"}:
        return ""
    return unquote_to_bytes(value).decode(charset, "replace").replace("\ufffd", "")
