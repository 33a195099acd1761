"""The media that a page (or a part of it) links and embeds, the largest form of each.

Shared by ``web``'s downloader ``page`` and the forums. It reads HTML only: nothing is requested,
no script is run, and what a page merely decorates itself with is left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode

from mediadl.media import MediaError, MediaType
from mediadl.net.urls import media_url_key, normalise_url
from platforms.furniture import (
    ancestors,
    is_area,
    is_furniture_url,
    is_named_as_furniture,
    is_tiny_or_hidden,
    is_way_out,
)
from platforms.media_urls import extension_of, is_stream_list, promised_type
from platforms.picture_identity import identity_and_size
from platforms.srcset import largest_first

MAX_CANDIDATES = 4
MAX_MEDIA = 20_000  # of one page: more is no gallery, but somebody's attempt to keep us busy
CAPTION_MAX_CHARACTERS = 500
_LINK_DEPTH = 5  # how many elements may lie between a picture and the link around it
_FULL_ATTRIBUTES = (
    "data-full", "data-full-url", "data-fullsize", "data-large", "data-large_image", "data-large-file",
    "data-orig-file", "data-original-src", "data-zoom-image", "data-zoom-src", "data-hi-res-src", "data-highres",
)  # fmt: skip
_SRCSET_ATTRIBUTES = ("srcset", "data-srcset", "data-lazy-srcset")
_LAZY_ATTRIBUTES = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "data-echo", "src")
# Forum programs' paths of attachments, whose names carry no extension at their end.
_ATTACHMENT = re.compile(
    r"/attachments/[^/]*\.\d+/?$|/attachments/\d+/?$|/attachment\.php$|/download/file\.php$"
    r"|/applications/core/interface/file/attachment\.php$|/filedata/fetch$|/uploads/short-url/",
)
_NAMED_ATTACHMENT = re.compile(r"[-.](jpe?g|png|gif|webp|avif|heic|mp4|mov|webm|mkv|avi|mp3|m4a|ogg|flac)\.\d+/?$")
_VIDEO_PLAYERS = re.compile(
    r"(?:^|\.)(?:youtube\.com/embed/|youtube-nocookie\.com/embed/|player\.vimeo\.com/video/|dailymotion\.com/embed/"
    r"|streamable\.com/[eo]/|rutube\.ru/play/embed/|ok\.ru/videoembed/|vk\.com/video_ext\.php)"
)


@dataclass(frozen=True, slots=True)
class PageMedium:
    """One medium of a page.

    Attributes:
        candidates: absolute URLs, the largest first.
        media_type: what the page says it is, or None.
        caption: the text that the page gives it (``alt``, ``title``), cut.
        needs_yt_dlp: the URL is a stream or a player, no file.
    """

    candidates: tuple[str, ...]
    media_type: MediaType | None = None
    caption: str = ""
    needs_yt_dlp: bool = False

    @property
    def url(self) -> str:
        """The best URL."""
        return self.candidates[0]


def _as_usual(_node: LexborNode) -> None:
    """Every element is read by its tag."""


def media_in(
    root: LexborNode,
    base_url: str,
    *,
    is_excluded: Callable[[LexborNode], bool] = is_area,
    read_first: Callable[[LexborNode], Iterable[PageMedium] | None] = _as_usual,
) -> list[PageMedium]:
    """All media below ``root`` in the order of the page, each once.

    Args:
        root: the page, or the part of it that counts (a post's body).
        base_url: what relative URLs are relative to.
        is_excluded: says of an element that nothing inside it counts.
        read_first: the media that an element stands for with all that is inside it; None leaves it
            to be read by its tag.
    """
    return _without_smaller_copies(_found(root, base_url, is_excluded, read_first))


def base_of(root: LexborNode, page_url: str) -> str:
    """The URL that the page's relative URLs start from (``<base href>``)."""
    node = root.css_first("base[href]")
    href = (node.attributes.get("href") or "") if node else ""
    return resolve(page_url, href) or page_url


@lru_cache(maxsize=4096)
def resolve(base_url: str, link: str) -> str:
    """The absolute, normalised form of ``link``; empty where it is not an http(s) URL."""
    link = re.sub(r"[\t\r\n]", "", link).strip()
    if not link or link.startswith(("#", "data:", "blob:", "javascript:", "mailto:")):
        return ""
    try:
        return normalise_url(urljoin(base_url, link).replace(" ", "%20"))
    except (MediaError, ValueError):
        return ""


def linked_type(url: str) -> tuple[bool, MediaType | None]:
    """Whether a link leads to a media file, and of which kind if its name says so."""
    if kind := promised_type(url):
        return True, kind
    path = urlsplit(url).path
    if found := _NAMED_ATTACHMENT.search(path):
        return True, promised_type(f"{path.rstrip('/')[: found.start()]}.{found[1]}") or promised_type(f"x.{found[1]}")
    return bool(_ATTACHMENT.search(path)), None


def _found(
    root: LexborNode,
    base_url: str,
    is_excluded: Callable[[LexborNode], bool],
    read_first: Callable[[LexborNode], Iterable[PageMedium] | None],
) -> Iterator[PageMedium]:
    """The media in the order of the page, without those inside an excluded element."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node is not root and is_excluded(node):
            continue
        own = read_first(node)
        if own is not None:
            yield from own
            continue
        yield from _read(node, base_url)
        stack.extend(reversed(list(node.iter())))


def _read(node: LexborNode, base_url: str) -> Iterator[PageMedium]:
    match node.tag:
        case "img" | "image" | "amp-img":
            yield from _picture(node, base_url)
        case "a" | "area":
            yield from _link(node, base_url)
        case "video" | "audio" | "amp-video":
            yield from _player(node, base_url)
        case "iframe" | "embed" | "object":
            yield from _embedded(node, base_url)


def _picture(node: LexborNode, base_url: str) -> Iterator[PageMedium]:
    if is_tiny_or_hidden(node) or is_named_as_furniture(node):
        return
    link = _link_around(node)
    caption = _caption(node)
    if link is not None:
        target = resolve(base_url, link.attributes.get("href") or "")
        leads_to_media, kind = linked_type(target) if target else (False, None)
        if leads_to_media:
            if not is_furniture_url(target):
                yield PageMedium((target,), kind or MediaType.IMAGE, caption)
            return
        if target and is_way_out(target, resolve(base_url, node.attributes.get("src") or ""), base_url):
            return
    urls = [url for url in _sources(node, base_url) if not is_furniture_url(url) and extension_of(url) != "svg"]
    if urls:
        yield PageMedium(tuple(urls[:MAX_CANDIDATES]), MediaType.IMAGE, caption)


def _sources(node: LexborNode, base_url: str) -> list[str]:
    """The picture's URLs, the largest first: what names the full size, then ``srcset``, then the shown one."""
    attributes = node.attributes
    links = [attributes.get(name) or "" for name in _FULL_ATTRIBUTES]
    sets = [attributes.get(name) or "" for name in _SRCSET_ATTRIBUTES]
    parent = node.parent
    if parent is not None and parent.tag == "picture":
        sources = [one for one in parent.iter() if one.tag == "source"]
        sets += [one.attributes.get(name) or "" for one in sources for name in _SRCSET_ATTRIBUTES]
    links += largest_first(", ".join(filter(None, sets)))
    links += [attributes.get(name) or "" for name in _LAZY_ATTRIBUTES]
    resolved = [resolve(base_url, link) for link in links]
    return list(dict.fromkeys(url for url in resolved if url))


def _link(node: LexborNode, base_url: str) -> Iterator[PageMedium]:
    if node.css_first("img") is not None:
        return  # read with the picture
    target = resolve(base_url, node.attributes.get("href") or "")
    if not target or is_furniture_url(target):
        return
    leads_to_media, kind = linked_type(target)
    if is_stream_list(target):
        yield PageMedium((target,), MediaType.VIDEO, _caption(node), needs_yt_dlp=True)
    elif leads_to_media:
        yield PageMedium((target,), kind, _caption(node))


def _player(node: LexborNode, base_url: str) -> Iterator[PageMedium]:
    kind = MediaType.AUDIO if node.tag == "audio" else MediaType.VIDEO
    links = [node.attributes.get("src") or "", node.attributes.get("data-src") or ""]
    for source in node.css("source"):
        links += [source.attributes.get("src") or "", source.attributes.get("data-src") or ""]
    urls = list(dict.fromkeys(url for link in links if (url := resolve(base_url, link))))
    files = [url for url in urls if not is_stream_list(url)]
    if files:
        yield PageMedium(tuple(files[:MAX_CANDIDATES]), kind, _caption(node))
    elif urls:
        yield PageMedium((urls[0],), kind, _caption(node), needs_yt_dlp=True)


def _embedded(node: LexborNode, base_url: str) -> Iterator[PageMedium]:
    attributes = node.attributes
    links = (attributes.get(name) or "" for name in ("src", "data-src", "data"))
    target = next((url for link in links if (url := resolve(base_url, link))), "")
    if not target:
        return
    parts = urlsplit(target)
    if kind := promised_type(target):
        yield PageMedium((target,), kind, _caption(node))
    elif _VIDEO_PLAYERS.search(f"{parts.hostname}{parts.path}"):
        if "youtube" in (parts.hostname or ""):
            target = target.partition("?")[0]  # only how the player looks
        yield PageMedium((target,), MediaType.VIDEO, _caption(node), needs_yt_dlp=True)


def _link_around(node: LexborNode) -> LexborNode | None:
    for depth, parent in enumerate(ancestors(node)):
        if parent.tag == "a":
            return parent
        if depth >= _LINK_DEPTH:
            break
    return None


def _caption(node: LexborNode) -> str:
    attributes = node.attributes
    text = attributes.get("alt") or attributes.get("title") or attributes.get("aria-label") or ""
    return " ".join(text.split())[:CAPTION_MAX_CHARACTERS]


def _without_smaller_copies(found: Iterator[PageMedium]) -> list[PageMedium]:
    """Each medium once, and of several sizes of one picture the largest only."""
    by_key: dict[str, PageMedium] = {}
    for medium in islice(found, MAX_MEDIA):
        by_key.setdefault(media_url_key(medium.url), medium)
    largest: dict[str, float] = {}
    sized = [(medium, *identity_and_size(medium.url)) for medium in by_key.values()]
    for _, identity, size in sized:
        largest[identity] = max(size, largest.get(identity, 0.0))
    return [medium for medium, identity, size in sized if size >= largest[identity]]
