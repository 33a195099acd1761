"""What an entry of another program's archive and a listed medium have in common.

Both are turned into texts of one kind, ``<program or site>:<identity>``; equal ones mean the same file.
"""

import re
from urllib.parse import urlsplit

from mediadl.media import MediaItem

GALLERY_DL, YT_DLP, CYBERDROP_DL = "gallery-dl", "yt-dlp", "cyberdrop-dl"
MAX_MATCH = 300
_SHORTCODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SHORTCODE = re.compile(r"[A-Za-z0-9_-]{9,11}")
_POST_PAGE = re.compile(r"/(?:p|reels?|tv)/([A-Za-z0-9_-]{9,11})")
_TIKTOK_ENTRY = re.compile(r"tiktok(\d+)_(\d*)(?:_.*)?")
_DIGITS = re.compile(r"\d+")
_INSTAGRAM_WITH_OWNER = re.compile(r"(\d+)_\d+")


def shortcode_number(shortcode: str) -> str:
    """The media id (digits) that an Instagram shortcode spells; empty for what is none."""
    if not _SHORTCODE.fullmatch(shortcode):
        return ""
    number = 0
    for letter in shortcode:
        number = number * 64 + _SHORTCODE_LETTERS.index(letter)
    return str(number)


def match_of_gallery_dl(entry: str) -> str:
    """Of ``category`` + the site's archive format."""
    if entry.startswith("instagram") and _DIGITS.fullmatch(number := entry.removeprefix("instagram")):
        return f"instagram:{number}"
    if tiktok := _TIKTOK_ENTRY.fullmatch(entry):
        return f"tiktok:{tiktok[1]}" + (f"_{int(tiktok[2])}" if tiktok[2].strip("0") else "")
    if entry.startswith("directlink"):
        return _cut(f"link:{entry.removeprefix('directlink')}")
    return _cut(f"{GALLERY_DL}:{entry}")


def match_of_yt_dlp(entry: str) -> str:
    """Of ``<extractor in lower case> <id>``."""
    extractor, _space, identity = entry.partition(" ")
    if extractor == "tiktok" and _DIGITS.fullmatch(identity):
        return f"tiktok:{identity}"
    if extractor == "instagram" and (number := shortcode_number(identity)):
        return f"instagram:{number}"
    return _cut(f"{YT_DLP}:{entry}")


def match_of_cyberdrop_dl(domain: str, url_path: str) -> str:
    """Of a row of its table ``media``; ``domain`` is a host, or the short name of a site."""
    return _cut(f"{CYBERDROP_DL}:{domain.lower().removeprefix('www.')}/{url_path.lstrip('/')}")


def matches_of_media(platform: str, item: MediaItem) -> set[str]:
    """All texts under which an archive may know a listed medium."""
    found = {_cut(key) for key in item.archive_keys}
    if platform == "instagram":
        number = _INSTAGRAM_WITH_OWNER.fullmatch(item.media_id)
        found.add(f"instagram:{number[1] if number else item.media_id}")
        if not item.post_id and (page := _POST_PAGE.search(item.page_url)):
            found.add(f"instagram:{shortcode_number(page[1])}")
    elif platform == "tiktok":
        found.add(_tiktok(item.media_id))
    for url in item.candidates:
        found |= _matches_of_url(url)
    return found


def _tiktok(media_id: str) -> str:
    number, _line, position = media_id.partition("_")
    return f"tiktok:{number}" + (f"_{int(position)}" if position.isdecimal() and int(position) else "")


def _matches_of_url(url: str) -> set[str]:
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), parts.path.lstrip("/")
    if not host or not path:
        return set()
    labels = host.split(".")
    names = {host, ".".join(labels[-2:]), labels[-2] if len(labels) > 1 else host}
    found = {_cut(f"{CYBERDROP_DL}:{name}/{path}") for name in names}
    found.add(_cut(f"link:{parts.netloc.rpartition('@')[2]}/{path}"))
    return found


def _cut(text: str) -> str:
    return text[:MAX_MATCH]
