"""Instagram's own two shapes of a post, as third parties hand them on: GraphQL's nodes and the app's items."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mediadl.media import FailureKind, MediaError, MediaItem, MediaType
from platforms.instagram.media_ids import cdn_identity, cdn_url, media_pk, pk_of_shortcode, shortcode_of_pk

MAX_CANDIDATES = 6
CAPTION_MAX_CHARACTERS = 2000
_LATEST_SECONDS = 32_503_680_000  # the year 3000; larger numbers are milliseconds


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What is true of all files of a post."""

    post_id: str
    page_url: str
    content_type: str
    date: datetime | None = None
    author: str = ""
    caption: str = ""
    is_pinned: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


def items_of_node(node: Any, user: str, content_type: str) -> Iterator[MediaItem]:
    """The files of one post, story or reel, in their order.

    Raises:
        MediaError: ``SITE_CHANGED``, it has none of the known shapes.
    """
    if not isinstance(node, Mapping):
        raise changed("an entry of the list is no object")
    facts = _facts(node, user, content_type)
    children = _children(node)
    files = children or [node]
    for position, one in enumerate(files, start=1):
        yield file_item(
            facts,
            media_id=_pk(one) or (facts.post_id if not children else ""),
            urls=_video_urls(one) or _image_urls(one),
            is_video=bool(_video_urls(one)),
            position=position if children else 0,
            size=_size(one),
            duration=one.get("video_duration"),
        )


def file_item(
    facts: PostFacts,
    *,
    media_id: str,
    urls: list[str],
    is_video: bool,
    position: int = 0,
    size: tuple[int, int] | None = None,
    duration: Any = None,
) -> MediaItem:
    """One file of a post; position 0 where it stands alone.

    Raises:
        MediaError: ``SITE_CHANGED``, there is no URL or nothing that names it.
    """
    candidates = tuple(dict.fromkeys(url for url in urls if url.startswith(("https://", "http://"))))[:MAX_CANDIDATES]
    name = media_id or (cdn_identity(candidates[0]) if candidates else "")
    if not candidates or not name:
        raise changed("a post has no file, or none that can be named")
    metadata = {
        "caption": facts.caption[:CAPTION_MAX_CHARACTERS],
        "author": facts.author,
        "post_id": facts.post_id,
        "shortcode": facts.page_url.rstrip("/").rpartition("/")[2] if facts.content_type != "story" else "",
        "position": position,
        "width": size[0] if size else 0,
        "height": size[1] if size else 0,
        "duration_seconds": duration if isinstance(duration, int | float) else 0,
        "cdn_id": cdn_identity(candidates[0]),
        **facts.more,
    }
    return MediaItem(
        media_id=name,
        page_url=facts.page_url,
        candidates=candidates,
        content_type=facts.content_type,
        post_id=facts.post_id or name,
        post_date=facts.date,
        media_type=MediaType.VIDEO if is_video else MediaType.IMAGE,
        pinned=facts.is_pinned,
        metadata={key: value for key, value in metadata.items() if value},
    )


def changed(what: str) -> MediaError:
    """The error for an answer that is not understood; ``what`` says where."""
    detail = f"The site answered in a way that is not understood: {what}."
    return MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", detail)


def date_of(value: Any) -> datetime | None:
    """A time as sites write it: seconds since 1970 as a number or text, or milliseconds."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    if seconds > _LATEST_SECONDS:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST_SECONDS else None


def permalink(content_type: str, user: str, pk: str, code: str) -> str:
    """The page of a post, reel or story."""
    if content_type == "story":
        return f"https://www.instagram.com/stories/{user}/{pk}/"
    return f"https://www.instagram.com/{'reel' if content_type == 'reel' else 'p'}/{code or shortcode_of_pk(pk)}/"


def _facts(node: Mapping[str, Any], user: str, content_type: str) -> PostFacts:
    code = _text(node.get("shortcode") or node.get("code"))
    pk = _pk(node)
    if not pk:
        raise changed("a post has no id")
    owner = _mapping(node.get("owner")) or _mapping(node.get("user"))
    author = _text(owner.get("username")) or user
    kind = "reel" if content_type == "post" and node.get("product_type") == "clips" else content_type
    return PostFacts(
        post_id=pk,
        page_url=permalink(kind, author, pk, code),
        content_type=kind,
        date=date_of(node.get("taken_at_timestamp") or node.get("taken_at")),
        author=author,
        caption=_caption(node),
        is_pinned=bool(node.get("pinned_for_users") or node.get("timeline_pinned_user_ids")),
    )


def _children(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    carousel = node.get("carousel_media")
    if isinstance(carousel, list):
        return [one for one in carousel if isinstance(one, Mapping)]
    edges = _mapping(node.get("edge_sidecar_to_children")).get("edges")
    found = [_mapping(edge).get("node") for edge in edges] if isinstance(edges, list) else []
    return [one for one in found if isinstance(one, Mapping)]


def _pk(node: Mapping[str, Any]) -> str:
    return (
        media_pk(node.get("pk"))
        or media_pk(node.get("id"))
        or pk_of_shortcode(_text(node.get("shortcode") or node.get("code")))
    )


def _caption(node: Mapping[str, Any]) -> str:
    edges = _mapping(node.get("edge_media_to_caption")).get("edges")
    if isinstance(edges, list) and edges:
        return _text(_mapping(_mapping(edges[0]).get("node")).get("text"))
    return _text(_mapping(node.get("caption")).get("text")) or _text(node.get("caption"))


def _video_urls(node: Mapping[str, Any]) -> list[str]:
    versions = _largest_first(node.get("video_versions"))
    return [url for one in versions for url in _links(one)] + _links({"url": node.get("video_url")})


def _image_urls(node: Mapping[str, Any]) -> list[str]:
    candidates = _mapping(node.get("image_versions2")).get("candidates")
    resources = [
        {"url": one.get("src"), "width": one.get("config_width"), "height": one.get("config_height")}
        for one in node.get("display_resources") or []
        if isinstance(one, Mapping)
    ]
    found = [{"url": node.get("display_url"), "width": 1 << 30, "height": 1}, *resources] if resources else []
    found = found or [{"url": node.get("display_url")}]
    return [url for one in _largest_first(candidates) + _largest_first(found) for url in _links(one)]


def _links(one: Mapping[str, Any]) -> list[str]:
    """The CDN's own link, then the site's around it: the first may be refused elsewhere, the second ends soon."""
    links = [_text(one.get(name)) for name in ("url", "url_downloadable", "url_wrapped")]
    found = [link for link in links if link]
    return [*dict.fromkeys([*(link for link in map(cdn_url, found[:1])), *found])]


def _largest_first(versions: Any) -> list[Mapping[str, Any]]:
    found = [one for one in versions if isinstance(one, Mapping)] if isinstance(versions, list) else []
    return sorted(found, key=lambda one: -_number(one.get("width")) * max(1, _number(one.get("height"))))


def _size(node: Mapping[str, Any]) -> tuple[int, int] | None:
    dimensions = _mapping(node.get("dimensions"))
    width = _number(dimensions.get("width") or node.get("original_width"))
    height = _number(dimensions.get("height") or node.get("original_height"))
    return (width, height) if width and height else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 1 << 31 else 0
