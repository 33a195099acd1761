"""The JSON files that gallery-dl, yt-dlp and Instaloader write beside a file say more than its name."""

import json
import lzma
import os
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from downloads.adoption.names import FileIdentity

_MAX_BYTES = 2 * 1024 * 1024
_MAX_CAPTION = 2000
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
    page = data.get("post_url") or data.get("webpage_url")
    if isinstance(page, str) and page.startswith(("http://", "https://")):
        changes["page_url"] = page
    for name in ("username", "uploader", "author", "user"):
        if isinstance(value := data.get(name), str) and value:
            changes["source"] = value
            break
    for name in ("description", "caption", "title"):
        if isinstance(value := data.get(name), str) and value:
            changes["caption"] = value[:_MAX_CAPTION]
            break
    media_id = data.get("media_id") if site == "instagram" else data.get("id") if site == "tiktok" else None
    if media_id and not (site == "tiktok" and identity.media_id):
        changes["media_id"] = str(media_id)
    if moment := _date(data):
        changes["post_date"] = moment
    return replace(identity, **changes)


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
    slides = (node.get("edge_sidecar_to_children") or {}).get("edges") or []
    one = slides[number - 1].get("node", {}) if 0 < number <= len(slides) else node
    if str(one.get("id") or "").isdecimal():
        changes["media_id"] = str(one["id"])
    if isinstance(node.get("shortcode"), str):
        changes["page_url"] = f"https://www.instagram.com/p/{node['shortcode']}/"
    owner = (node.get("owner") or {}).get("username")
    if isinstance(owner, str) and owner:
        changes["source"] = owner
    return replace(identity, **changes)
