"""Text that a site or a program sent, made fit to be shown: one line, cut, without control characters."""

import re
import unicodedata

ERROR_MAX_CHARACTERS = 300
_CREDENTIALS = re.compile(r"(?<=//)[^\s/@]+@")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})


def shown(text: str, limit: int = ERROR_MAX_CHARACTERS) -> str:
    """``text`` on one line, at most ``limit`` characters, without user info in URLs (a proxy's password)."""
    line = " ".join(_CREDENTIALS.sub("", text).split())
    clean = "".join(char for char in line if unicodedata.category(char) not in _HIDDEN_CATEGORIES)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
