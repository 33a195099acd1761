"""What Instagram calls a file: one id, whichever downloader found it, so that none is fetched twice."""

import re
from urllib.parse import urlsplit

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SHORTCODE = re.compile(r"[A-Za-z0-9_-]{5,28}")
_PRIVATE_SUFFIX_CHARACTERS = 28  # what a private post's shortcode has at its end
_CDN_NAME = re.compile(r"/(\d+_\d+_\d+_n)\.\w+$")


def media_pk(value: object) -> str:
    """The digits of ``<pk>`` or ``<pk>_<owner>``, or an empty string."""
    found = re.fullmatch(r"(\d+)(?:_\d+)?", str(value))
    return found[1] if found else ""


def pk_of_shortcode(shortcode: str) -> str:
    """The pk that a post's shortcode stands for, or an empty string."""
    code = shortcode[:-_PRIVATE_SUFFIX_CHARACTERS] if len(shortcode) > _PRIVATE_SUFFIX_CHARACTERS else shortcode
    if not _SHORTCODE.fullmatch(code):
        return ""
    number = 0
    for character in code:
        number = number * len(_ALPHABET) + _ALPHABET.index(character)
    return str(number)


def cdn_identity(url: str) -> str:
    """``<d>_<d>_<d>_n`` of a file's name on the CDN, or an empty string."""
    found = _CDN_NAME.search(urlsplit(url).path)
    return found[1] if found else ""
