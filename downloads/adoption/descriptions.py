"""The JSON files that gallery-dl, yt-dlp and Instaloader write beside a file say more than its name."""

import json
import lzma
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from downloads.adoption.names import FileIdentity
from mediadl.media import MediaError
from mediadl.net.urls import normalise_url

_MAX_BYTES = 2 * 1024 * 1024
_MAX_CAPTION = 2000
_MAX_NAME = 120
_SHORTCODE = re.compile(r"[A-Za-z0-9_-]{5,40}")
_SLIDE = re.compile(r"(.*_UTC)_(\d{1,3})")


def with_description(identity: FileIdentity, file: Path) -> FileIdentity:
    """``identity`` with what a description beside ``file`` adds, if there is one."""
    for candidate in (file.with_name(f"{file.name}.json"), file.with_suffix(".json"), file.with_suffix(".info.json")):
        if data := _read(candidate):
            return _plain(identity, data)
    if identity.program == "instaloader":
        slide = _SLIDE.fullmatch(file.stem)
        stem, number = (slide[1], int(slide[2])) if slide else (file.stem, 1)
        data = _read(file.with_name(f"{stem}.json.xz")) or _read(file.with_name(f"{stem}.json"))
        if isinstance(node := (data or {}).get("node"), dict):
            return _instaloader(identity, node, number)
    return identity


def _read(path: Path) -> dict[str, Any]:
    """A JSON object of bounded size; empty where there is none. No link is followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return {}
    with os.fdopen(descriptor, "rb") as file:
        raw = file.read(_MAX_BYTES)
    with suppress(ValueError, RecursionError, lzma.LZMAError, EOFError):
        if path.suffix == ".xz":
            raw = lzma.LZMADecompressor(memlimit=64 * 1024 * 1024).decompress(raw, _MAX_BYTES)
        data = json.loads(raw)
        return data if isinstance(data, dict) else {}
    return {}


def _plain(identity: FileIdentity, data: dict[str, Any]) -> FileIdentity:
    """gallery-dl's metadata or yt-dlp's info."""
    changes: dict[str, Any] = {}
    site = str(data.get("category") or data.get("extractor_key") or "").lower()
    if site in ("instagram", "tiktok"):
        changes["platform"] = site
    if page := _page(data.get("post_url") or data.get("webpage_url")):
        changes["page_url"] = page
    if source := _first_text(data, ("username", "uploader", "author", "user"), _MAX_NAME):
        changes["source"] = source
    if caption := _first_text(data, ("description", "caption", "title"), _MAX_CAPTION):
        changes["caption"] = caption
    media_id = data.get("media_id") if site == "instagram" else data.get("id") if site == "tiktok" else None
    if (found := _text(media_id, _MAX_NAME)) and not (site == "tiktok" and identity.media_id):
        changes["media_id"] = found
    if moment := _date(data):
        changes["post_date"] = moment
    return replace(identity, **changes)


def _text(value: object, limit: int) -> str:
    """A text or number as it can be stored: whoever wrote the description may have meant harm."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    with suppress(ValueError):  # a number of thousands of digits
        return "".join(char for char in str(value) if char in "\n\t" or char.isprintable())[:limit].strip()
    return ""


def _first_text(data: dict[str, Any], names: Sequence[str], limit: int) -> str:
    return next((text for name in names if isinstance(data.get(name), str) and (text := _text(data[name], limit))), "")


def _page(value: object) -> str:
    """The address of a page, in its one spelling; empty for what is none."""
    if not isinstance(value, str):
        return ""
    with suppress(MediaError):
        return normalise_url(value)
    return ""


def _date(data: dict[str, Any]) -> datetime | None:
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(stamp := data.get("timestamp"), int | float):
            return datetime.fromtimestamp(stamp, UTC)
        if isinstance(text := data.get("date"), str):
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if isinstance(day := data.get("upload_date"), str):
            return datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    return None


def _instaloader(identity: FileIdentity, node: dict[str, Any], number: int) -> FileIdentity:
    changes: dict[str, Any] = {}
    slides = _mapping(node.get("edge_sidecar_to_children")).get("edges")
    is_slide = isinstance(slides, list) and 0 < number <= len(slides)
    one = _mapping(_mapping(slides[number - 1]).get("node")) if is_slide and isinstance(slides, list) else node
    if (media_id := _text(one.get("id"), _MAX_NAME)).isdecimal():
        changes["media_id"] = media_id
    if _SHORTCODE.fullmatch(shortcode := _text(node.get("shortcode"), _MAX_NAME)):
        changes["page_url"] = f"https://www.instagram.com/p/{shortcode}/"
    if owner := _text(_mapping(node.get("owner")).get("username"), _MAX_NAME):
        changes["source"] = owner
    return replace(identity, **changes)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
