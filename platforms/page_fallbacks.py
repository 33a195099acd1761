"""What a page says about its main medium in its head, for pages whose body shows none."""

import json
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborNode

from mediadl.media import MediaType
from platforms.furniture import is_furniture_url
from platforms.media_urls import is_stream_list, promised_type
from platforms.page_media import PageMedium, resolve

_META = (
    ("og:video:secure_url", MediaType.VIDEO),
    ("og:video:url", MediaType.VIDEO),
    ("og:video", MediaType.VIDEO),
    ("twitter:player:stream", MediaType.VIDEO),
    ("og:audio:secure_url", MediaType.AUDIO),
    ("og:audio", MediaType.AUDIO),
    ("og:image:secure_url", MediaType.IMAGE),
    ("og:image:url", MediaType.IMAGE),
    ("og:image", MediaType.IMAGE),
    ("twitter:image", MediaType.IMAGE),
)
_LD_TYPES = {"VideoObject": MediaType.VIDEO, "AudioObject": MediaType.AUDIO, "ImageObject": MediaType.IMAGE}
_LD_MAX_DEPTH = 8
_LD_MAX_CHARACTERS = 1024 * 1024


def main_media(root: LexborNode, base_url: str) -> list[PageMedium]:
    """The media of the page's meta elements (Open Graph, Twitter) and JSON-LD, each once.

    Pictures are left out where there is a video or a sound: they are its preview.
    """
    found: dict[str, PageMedium] = {}
    for medium in [*_from_meta(root, base_url), *_from_linked_data(root, base_url)]:
        if not is_furniture_url(medium.url):
            found.setdefault(medium.url, medium)
    played = [medium for medium in found.values() if medium.media_type is not MediaType.IMAGE]
    return played or list(found.values())


def _from_meta(root: LexborNode, base_url: str) -> Iterator[PageMedium]:
    values: dict[str, list[str]] = {}
    for node in root.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        values.setdefault(name.lower(), []).append(node.attributes.get("content") or "")
    for name, kind in _META:
        for link in values.get(name, []):
            url = resolve(base_url, link)
            # og:video is often a player's page: only what is named as a file can be fetched.
            if url and (kind is MediaType.IMAGE or promised_type(url) or is_stream_list(url)):
                yield PageMedium((url,), kind, needs_yt_dlp=is_stream_list(url))


def _from_linked_data(root: LexborNode, base_url: str) -> Iterator[PageMedium]:
    for node in root.css('script[type="application/ld+json"]'):
        text = node.text()
        if len(text) > _LD_MAX_CHARACTERS:
            continue
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        yield from _objects(data, base_url, 0)


def _objects(data: Any, base_url: str, depth: int) -> Iterator[PageMedium]:
    if depth > _LD_MAX_DEPTH:
        return
    if isinstance(data, list):
        for entry in data:
            yield from _objects(entry, base_url, depth + 1)
    elif isinstance(data, dict):
        kind = _LD_TYPES.get(str(data.get("@type")))
        link = data.get("contentUrl") or (data.get("url") if kind is MediaType.IMAGE else None)
        if kind and isinstance(link, str) and (url := resolve(base_url, link)):
            yield PageMedium((url,), kind, needs_yt_dlp=is_stream_list(url))
        for name in ("@graph", "image", "video", "audio", "associatedMedia", "mainEntity"):
            value = data.get(name)
            if name == "image" and isinstance(value, str):
                value = {"@type": "ImageObject", "contentUrl": value}
            yield from _objects(value, base_url, depth + 1)
