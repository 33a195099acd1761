"""The media of one post, from the parts of the page that are its own: shared by all forum programs."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from selectolax.lexbor import LexborNode

from mediadl.media import MediaType
from platforms.forum.attachments import attachment_of, is_avatar, is_document
from platforms.forum.image_hosts import is_known_viewer, is_same_site, may_be_viewer
from platforms.forum.sessions import clean_url
from platforms.forum.thread_page import PostMedium, Role
from platforms.forum.video_links import embedded_video, is_video_link, video_id
from platforms.furniture import (
    is_area,
    is_furniture_url,
    is_named_as_furniture,
    is_tiny_or_hidden,
    is_way_out,
    names_of,
)
from platforms.media_urls import file_name_of, promised_type
from platforms.page_media import PageMedium, linked_type, media_in, resolve

SMALLEST_LONE_SIDE_PX = 16
_PREVIEWS = frozenset({"bbCodeBlock--unfurl", "onebox", "ipsEmbedded", "link-preview", "unfurl"})
_CONTENT_BOXES = frozenset({"lightbox-wrapper", "image-wrapper", "spoiler-block"})


def is_blockquote(node: LexborNode) -> bool:
    """A quote of a program that marks quotes as HTML does."""
    return node.tag == "blockquote"


def is_signature(node: LexborNode) -> bool:
    """Whether an element holds a member's signature, by its name (``postsignature``, ``user_sig``)."""
    return any("signature" in name.lower() or name.lower().endswith(("_sig", "-sig")) for name in names_of(node))


def media_of(
    parts: Sequence[LexborNode], base_url: str, is_quote: Callable[[LexborNode], bool] = is_blockquote
) -> tuple[PostMedium, ...]:
    """The content media of one post, each once, in the order of the page.

    Args:
        parts: the post's text, then the places of its attachments.
        base_url: what relative URLs are relative to.
        is_quote: says of an element that it repeats what stands elsewhere.
    """
    reader = _PostReader(base_url, is_quote)
    found: dict[str, PostMedium] = {}
    for part in parts:
        _show_lone_picture(part)
        for medium in media_in(part, base_url, is_excluded=reader.is_excluded, read_first=reader.read_first):
            if (one := reader.finished(medium)) is not None:
                found.setdefault(_identity(one), one)
    return tuple(found.values())


class _PostReader:
    """Reads what forums add to a page's usual media: viewers, video links, attachments."""

    def __init__(self, base_url: str, is_quote: Callable[[LexborNode], bool]) -> None:
        self._base_url = base_url
        self._is_quote = is_quote
        self._viewers: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def is_excluded(self, node: LexborNode) -> bool:
        """Quotes, signatures, previews of linked pages, furniture."""
        if self._is_quote(node) or is_signature(node):
            return True
        names = (node.attributes.get("class") or "").split()
        if any(name in _PREVIEWS for name in names) and node.tag not in {"a", "iframe"} and not _is_player(node):
            return True
        return is_area(node) and not any(name in _CONTENT_BOXES for name in names)

    def read_first(self, node: LexborNode) -> Iterable[PageMedium] | None:
        """What an element stands for here, besides what any page's element of its tag does."""
        if video := embedded_video(node, self._base_url):
            return [PageMedium((video,), MediaType.VIDEO, needs_yt_dlp=True)]
        if node.tag == "a":
            return self._read_link(node)
        return None

    def finished(self, medium: PageMedium) -> PostMedium | None:
        """The medium in a post's terms, or None where it is no media after all."""
        urls = tuple(dict.fromkeys(clean_url(url) for url in medium.candidates))
        if medium.needs_yt_dlp:
            return PostMedium(urls, Role.VIDEO, MediaType.VIDEO, medium.caption)
        if medium.url in self._viewers:
            shown = self._viewers[medium.url]
            return PostMedium(urls, Role.VIEWER, medium.media_type, medium.caption, shown=shown)
        if any(is_avatar(url) for url in urls):
            return None
        return self._file(medium, urls)

    def _file(self, medium: PageMedium, urls: tuple[str, ...]) -> PostMedium | None:
        attachment = attachment_of(urls[0])
        if attachment is None:
            text = self._names.get(medium.url)
            if text is not None and (is_document(text) or is_document(file_name_of(urls[0]))):
                return None
            return PostMedium((*_fuller(urls[0]), *urls), Role.FILE, medium.media_type, medium.caption)
        name = attachment.name or self._names.get(medium.url) or medium.caption
        if is_document(name):
            return None
        kind = promised_type(f"https://x/{name}") or medium.media_type
        return PostMedium((attachment.url,), Role.ATTACHMENT, kind, medium.caption, attachment.media_id, name[:200])

    def _read_link(self, node: LexborNode) -> Iterable[PageMedium] | None:
        target = resolve(self._base_url, node.attributes.get("href") or "")
        if not target or is_furniture_url(target):
            return None
        picture = node.css_first("img")
        if picture is not None and (is_named_as_furniture(picture) or is_tiny_or_hidden(picture)):
            return None
        if is_video_link(target):
            return [PageMedium((target,), MediaType.VIDEO, needs_yt_dlp=True)]
        leads_to_media, kind = linked_type(target)
        if leads_to_media and kind is None:
            self._names.setdefault(target, " ".join(node.text().split())[:200])
        shown = self._shown(picture)
        if self._is_viewer(target, shown, leads_to_media=leads_to_media):
            self._viewers[target] = shown
            return [PageMedium((target,), kind or MediaType.IMAGE, _caption_of(picture))]
        return None

    def _is_viewer(self, target: str, shown: str, *, leads_to_media: bool) -> bool:
        if is_known_viewer(target):
            return True
        if is_same_site(target, self._base_url):
            return False
        if leads_to_media:
            return may_be_viewer(target)
        is_hosts_own = bool(shown) and shown != target and is_same_site(target, shown)
        return is_hosts_own and not is_way_out(target, shown, self._base_url) and len(file_name_of(target)) > 0

    def _shown(self, picture: LexborNode | None) -> str:
        if picture is None:
            return ""
        names = ("data-src", "data-url", "src")
        return next((url for name in names if (url := resolve(self._base_url, picture.attributes.get(name) or ""))), "")


def _is_player(node: LexborNode) -> bool:
    return bool(node.attributes.get("data-video-id") or node.attributes.get("data-youtube-id"))


def _caption_of(picture: LexborNode | None) -> str:
    return " ".join((picture.attributes.get("alt") or "").split())[:200] if picture is not None else ""


def _fuller(url: str) -> Iterator[str]:
    """A larger form that programs keep beside the one they show, by their own rules of naming."""
    stem, dot, extension = url.rpartition(".")
    if stem.endswith("-resized") and "/assets/uploads/" in url:
        yield f"{stem.removesuffix('-resized')}{dot}{extension}"


def _identity(medium: PostMedium) -> str:
    if medium.attachment_id:
        return medium.attachment_id
    return video_id(medium.urls[0]) if medium.role is Role.VIDEO else medium.urls[0]


def _show_lone_picture(part: LexborNode) -> None:
    """A small picture that is all a post says is what its author wants to show, no decoration."""
    pictures = part.css("img")
    if len(pictures) != 1 or part.text().strip() or is_named_as_furniture(pictures[0]):
        return
    sizes = [pictures[0].attributes.get(name) or "" for name in ("width", "height")]
    if all(size.isdecimal() and int(size) >= SMALLEST_LONE_SIDE_PX for size in sizes):
        for name in ("width", "height"):
            del pictures[0].attrs[name]
