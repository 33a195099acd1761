"""Attachments of forum programs: the address of the full file, its number, whether it is media."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SITE_DIGITS = 8
_DOCUMENT_WORDS = (
    "zip rar 7z gz tgz bz2 xz tar pdf doc docx xls xlsx ppt pptx odt ods txt rtf csv log json xml yml yaml ini conf"
    " html htm exe msi apk dmg iso img bin torrent psd ai svg eps dwg stl gcode gpx kml ttf otf epub mobi srt sub dll"
    " jar py js css sql bat sh patch diff tap dds"
)
_DOCUMENTS = frozenset(_DOCUMENT_WORDS.split())
_EXTENSION = re.compile(r"[-.]([a-z0-9]{1,5})$", re.IGNORECASE)
_SMALLER = frozenset({"t", "thumb", "stc", "mode", "type", "size", "width", "height", "d", "view"})
_PATHS = (
    re.compile(r"^(?P<board>.*)/attachments/(?:(?P<name>[^/]*)\.)?(?P<id>\d+)/?$"),
    re.compile(r"^(?P<board>.*)/attachments/[^/]+/(?P<id>\d+)d\d+(?:-[^/]*)?/?$"),
    re.compile(r"^(?P<board>.*)/a/(?:thumb/)?(?P<secret>\w{16,})/(?P<id>\d+)/?$"),
)
_SCRIPTS = (
    (re.compile(r"^(?P<board>.*)/download/file\.php$"), ("id",)),
    (re.compile(r"^(?P<board>.*)/attachment\.php$"), ("attachmentid", "aid", "id")),
    (re.compile(r"^(?P<board>.*)/filedata/fetch$"), ("id", "filedataid", "photoid")),
    (re.compile(r"^(?P<board>.*)/applications/core/interface/file/attachment\.php$"), ("id",)),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """What an attachment's URL says.

    Attributes:
        url: of the full file.
        media_id: its number and what tells this forum from others.
        name: its file name as far as the URL has it.
    """

    url: str
    media_id: str
    name: str


def attachment_of(url: str) -> Attachment | None:
    """The attachment that ``url`` names, as thumbnail or in full; None where it is none."""
    parts = urlsplit(url)
    for pattern in _PATHS:
        if found := pattern.match(parts.path):
            values = found.groupdict()
            path = parts.path.replace("/a/thumb/", "/a/") if "secret" in values else parts.path
            return Attachment(
                urlunsplit(parts._replace(path=path, query="")),
                _media_id(parts.netloc, values["board"], values["id"]),
                _EXTENSION.sub(r".\1", values.get("name") or ""),
            )
    for pattern, keys in _SCRIPTS:
        if found := pattern.match(parts.path):
            pairs = parse_qsl(parts.query, errors="replace", max_num_fields=50)
            key, number = next(((key, value) for key, value in pairs if key in keys and value.isdecimal()), ("", ""))
            if not number:
                return None  # an avatar of the same script
            kept = [(name, value) for name, value in pairs if name == key or name not in _SMALLER]
            prefix = key if key == "photoid" else ""  # counted apart from the others of its script
            return Attachment(
                urlunsplit(parts._replace(query=urlencode(kept))),
                _media_id(parts.netloc, found["board"], f"{prefix}{number}"),
                "",
            )
    return None


def is_avatar(url: str) -> bool:
    """Whether a forum's script of attachments serves an avatar at this URL."""
    parts = urlsplit(url)
    is_script = any(pattern.match(parts.path) for pattern, _ in _SCRIPTS)
    return is_script and attachment_of(url) is None and "avatar" in parts.query


def is_document(name: str) -> bool:
    """Whether a file of this name is no media for sure (an archive, a text, a program)."""
    found = _EXTENSION.search(name.strip())
    return bool(found) and found is not None and found[1].lower() in _DOCUMENTS


def _media_id(netloc: str, board: str, number: str) -> str:
    place = f"{netloc.lower().removeprefix('www.')}{board}"
    return f"{number}-{hashlib.sha256(place.encode()).hexdigest()[:SITE_DIGITS]}"
