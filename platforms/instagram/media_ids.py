"""What Instagram calls a file: one id, whichever downloader found it, so that none is fetched twice."""

import re
from urllib.parse import parse_qs, urlsplit

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SHORTCODE = re.compile(r"[A-Za-z0-9_-]{5,28}")
_PRIVATE_SUFFIX_CHARACTERS = 28  # what a private post's shortcode has at its end
_CDN_NAME = re.compile(r"/(\d+_\d+_\d+_n)\.\w+$")
_NESTED = ("url", "uri")


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


def shortcode_of_pk(pk: str) -> str:
    """The shortcode of a post's pk."""
    number, code = int(pk), ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        code = _ALPHABET[digit] + code
    return code


def cdn_url(url: str) -> str:
    """The CDN's own URL inside a third party's link (``?uri=...``), else ``url`` itself."""
    values = parse_qs(urlsplit(url).query)
    nested = next((values[name][0] for name in _NESTED if values.get(name)), "")
    return nested if nested.startswith(("https://", "http://")) else url


def cdn_identity(url: str) -> str:
    """``<d>_<d>_<d>_n`` of a file's name on the CDN, also inside a third party's link, or an empty string."""
    found = _CDN_NAME.search(urlsplit(cdn_url(url)).path)
    return found[1] if found else ""
