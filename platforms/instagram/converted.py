"""fastdl's answer for one link: an object, or an array of them for a carousel."""

from collections.abc import Iterator, Mapping
from typing import Any

from mediadl.media import MediaItem
from platforms.instagram.media_ids import cdn_identity, cdn_url, pk_of_shortcode
from platforms.instagram.nodes import PostFacts, changed, date_of, file_item, items_of_node, permalink
from platforms.instagram.targets import Target

_VIDEO_WORDS = ("mp4", "video", "webm")


def items_of_link(payload: Any, target: Target) -> Iterator[MediaItem]:
    """The files of one post or story.

    Raises:
        MediaError: ``SITE_CHANGED``.
    """
    if isinstance(payload, Mapping) and "result" in payload:  # the story's answer is a list of the app's items
        for node in _list(payload["result"]):
            yield from items_of_node(node, target.user, target.content_type)
        return
    parts = [part for part in _list(payload) if isinstance(part, Mapping)]
    files = _without_repeats([_file(part) for part in parts])
    if not files:
        raise changed("the answer has no files")
    facts = _facts(parts[0], target)
    for position, (urls, is_video) in enumerate(files, start=1):
        yield file_item(
            facts,
            media_id=facts.post_id if len(files) == 1 else "",  # a carousel's parts are not named here
            urls=urls,
            is_video=is_video,
            position=position if len(files) > 1 else 0,
        )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _file(part: Mapping[str, Any]) -> tuple[list[str], bool]:
    """The links of one part, best first: a reel's list can hold its first frame beside the video."""
    links = [one for one in _list(part.get("url")) if isinstance(one, Mapping) and isinstance(one.get("url"), str)]
    videos = [one for one in links if _is_video(one)]
    chosen = sorted(videos or links, key=lambda one: -_quality(one))
    urls = [str(one["url"]) for one in chosen]
    return [link for url in urls for link in dict.fromkeys((cdn_url(url), url))], bool(videos)


def _is_video(link: Mapping[str, Any]) -> bool:
    words = " ".join(str(link.get(name, "")) for name in ("type", "ext", "name")).lower()
    return any(word in words for word in _VIDEO_WORDS)


def _quality(link: Mapping[str, Any]) -> int:
    digits = "".join(char for char in str(link.get("quality", "")) if char.isdigit())
    return int(digits[:6] or 0)


def _without_repeats(files: list[tuple[list[str], bool]]) -> list[tuple[list[str], bool]]:
    """A carousel's container repeats its first part; the CDN's path tells, its query differs."""
    seen: dict[str, tuple[list[str], bool]] = {}
    for urls, is_video in files:
        if urls:
            seen.setdefault(cdn_identity(urls[0]) or urls[0].partition("?")[0], (urls, is_video))
    return list(seen.values())


def _facts(part: Mapping[str, Any], target: Target) -> PostFacts:
    meta = part.get("meta")
    meta = meta if isinstance(meta, Mapping) else {}
    code = str(meta.get("shortcode") or target.code)
    pk = target.code if target.content_type == "story" else pk_of_shortcode(code)
    author = str(meta.get("username") or target.user)
    counts = {name: meta[name] for name in ("like_count", "comment_count") if isinstance(meta.get(name), int)}
    return PostFacts(
        post_id=pk,
        page_url=target.url or permalink(target.content_type, author, pk, code),
        content_type=target.content_type,
        date=date_of(meta.get("taken_at") or part.get("timestamp")),
        author=author,
        caption=str(meta.get("title") or ""),
        more=counts,
    )
