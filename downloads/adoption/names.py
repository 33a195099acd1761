"""What folders and file names say: the patterns of gallery-dl, yt-dlp, Instaloader and our own."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

_OWN = re.compile(r"(?P<source>.+)_(?P<day>\d{8})_(?P<time>\d{6})_(?P<id>.+)")
_INSTALOADER = re.compile(r"(\d{4})-(\d\d)-(\d\d)_(\d\d)-(\d\d)-(\d\d)_UTC(?:_(\d{1,3}))?")
_INSTAGRAM = re.compile(r"(?:\d{15,20}_)?(\d{15,20})")
_TIKTOK = re.compile(r"(\d{17,20})(?:_(\d\d))?(?: .*)?")
_YT_DLP = re.compile(r"(?P<title>.*?) ?\[(?P<id>[A-Za-z0-9_-]{5,40})\]")
_SITES = ("instagram", "tiktok")


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What is known of a file before it is opened.

    Attributes:
        platform: empty where nothing says it.
        media_id: the site's own, or empty.
        categories: the folders it lies in, outermost first, in lower case: gallery-dl's start with the site.
    """

    platform: str = ""
    media_id: str = ""
    source: str = ""
    post_date: datetime | None = None
    page_url: str = ""
    caption: str = ""
    program: str = ""
    categories: tuple[str, ...] = field(default=())


def identity_of(path: str, folder_name: str) -> FileIdentity:
    """From the path below the adopted folder, whose own name counts as the outermost folder."""
    whole = PurePosixPath(path)
    parents = (folder_name, *whole.parts[:-1])
    categories = tuple(part.lower() for part in parents)
    site = next((part for part in categories if part in _SITES), "")
    values: dict[str, Any] = {"categories": categories, "platform": site, "source": parents[-1]}
    values |= _by_name(whole.stem, site)
    return FileIdentity(**values)


def _by_name(stem: str, site: str) -> dict[str, Any]:
    if (found := _OWN.fullmatch(stem)) and (moment := _moment(found["day"] + found["time"])):
        return {"source": found["source"], "post_date": moment, "media_id": found["id"], "program": "mediadl"}
    if found := _INSTALOADER.fullmatch(stem):
        moment = _moment("".join(found.groups()[:6]))
        return {"post_date": moment, "platform": "instagram", "program": "instaloader"}
    if site != "tiktok" and (found := _INSTAGRAM.fullmatch(stem)):
        return {"media_id": found[1], "platform": "instagram", "program": "gallery-dl"} if site else {}
    if site == "tiktok" and (found := _TIKTOK.fullmatch(stem)):
        number = f"_{int(found[2])}" if found[2] and int(found[2]) else ""
        return {"media_id": found[1] + number, "program": "gallery-dl"}
    if found := _YT_DLP.fullmatch(stem):
        is_tiktok = bool(re.fullmatch(r"\d{17,20}", found["id"]))
        media_id = {"media_id": found["id"], "platform": "tiktok"} if is_tiktok else {}
        return {"caption": found["title"], "program": "yt-dlp", **media_id}
    return {}


def _moment(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def bracketed_id(stem: str) -> str:
    """yt-dlp's id at the end of a name, or empty."""
    found = _YT_DLP.fullmatch(stem)
    return found["id"] if found else ""
