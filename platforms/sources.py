"""What a source may be called: user names, forum names, sites."""

import re
import unicodedata
from collections.abc import Callable

from platforms.contract import SourceError

SOURCE_MAX_CHARACTERS = 120


def user_name_rule(pattern: str, words: str) -> Callable[[str], str]:
    """A rule for user names: an optional leading ``@``, then ``pattern`` in full.

    ``words`` describes the rule in the error ("letters, digits, dots and underscores, at most 30").
    """
    matcher = re.compile(pattern)

    def clean(text: str) -> str:
        name = text.removeprefix("@")
        if not matcher.fullmatch(name):
            raise SourceError(f"Not a user name: it may have {words}, with or without a leading @.")
        return name

    return clean


def clean_label(text: str) -> str:
    """A forum's or site's name: 1..120 characters without separators or control characters.

    Raises:
        SourceError: it has other characters, or a wrong length.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= SOURCE_MAX_CHARACTERS:
        raise SourceError(f"A source has 1 to {SOURCE_MAX_CHARACTERS} characters.")
    if any(char in "/\\" or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in name):
        raise SourceError("A source has no slashes, backslashes or control characters.")
    return name


def site_name(host: str) -> str:
    """The source of a link: its host without ``www.``."""
    return host.removeprefix("www.")[:SOURCE_MAX_CHARACTERS] or "web"
