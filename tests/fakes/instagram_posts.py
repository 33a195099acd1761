"""Posts, reels and stories as third parties hand them on, for the fakes of fastdl and toolzu."""

from dataclasses import dataclass, field
from typing import Any

FIRST_PK = 3_200_000_000_000_000_000
NEWEST = 1_760_000_000  # 2025-10-09
HOUR = 3600
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def shortcode(pk: int) -> str:
    """As Instagram spells a pk."""
    code = ""
    while pk:
        pk, digit = divmod(pk, 64)
        code = _ALPHABET[digit] + code
    return code


def file_name(pk: int, extension: str = "jpg") -> str:
    """A CDN name of the medium."""
    return f"{pk % 10**9}_{pk % 10**15}_{pk % 10**17}_n.{extension}"


@dataclass
class FakePost:
    """One post; ``parts`` are the kinds of its files (``image``, ``video``)."""

    number: int
    base_url: str
    parts: tuple[str, ...] = ("image",)
    caption: str = ""
    taken_at: int = 0
    is_pinned: bool = False
    is_clip: bool = False

    def __post_init__(self) -> None:
        self.pk = FIRST_PK - self.number * 1000
        self.taken_at = self.taken_at or NEWEST - self.number * HOUR
        self.caption = self.caption or f"Picture {self.number} & <b>more</b>"

    @property
    def code(self) -> str:
        return shortcode(self.pk)

    @property
    def part_pks(self) -> list[int]:
        return [self.pk] if len(self.parts) == 1 else [self.pk + 1 + index for index in range(len(self.parts))]

    def url(self, pk: int, kind: str = "image", size: str = "") -> str:
        extension = "mp4" if kind == "video" else "jpg"
        return f"{self.base_url}/v/{size}{file_name(pk, extension)}?oh=sig&oe=66"

    def node(self, user: str) -> dict[str, Any]:
        """As GraphQL has it."""
        node = self._part(self.pk, self.parts[0])
        node |= {
            "shortcode": self.code,
            "taken_at_timestamp": self.taken_at,
            "edge_media_to_caption": {"edges": [{"node": {"text": self.caption}}]},
            "owner": {"id": "7", "username": user},
            "pinned_for_users": [{"id": "7"}] if self.is_pinned else [],
            "product_type": "clips" if self.is_clip else "feed",
        }
        if len(self.parts) > 1:
            children = [self._part(pk, kind) for pk, kind in zip(self.part_pks, self.parts, strict=True)]
            node["__typename"] = "GraphSidecar"
            node["edge_sidecar_to_children"] = {"edges": [{"node": child} for child in children]}
        return node

    def _part(self, pk: int, kind: str) -> dict[str, Any]:
        return {
            "id": str(pk),
            "__typename": "GraphVideo" if kind == "video" else "GraphImage",
            "is_video": kind == "video",
            "display_url": self.url(pk),
            "video_url": self.url(pk, "video") if kind == "video" else None,
            "dimensions": {"width": 640, "height": 800},
        }

    def app_item(self, user: str) -> dict[str, Any]:
        """As the app's private API has it, with the site's links around."""
        url = self.url(self.pk)
        wrapped = f"{self.base_url}/get?uri={url.replace(':', '%3A').replace('&', '%26')}&__sig=s"
        item: dict[str, Any] = {
            "pk": self.pk,
            "code": self.code,
            "taken_at": self.taken_at,
            "user": {"username": user},
            "caption": {"text": self.caption},
            "media_type": 2 if self.parts[0] == "video" else 1,
            "image_versions2": {
                "candidates": [
                    {"url": self.url(self.pk, size="s/"), "width": 320, "height": 400},
                    {"url": url, "width": 640, "height": 800, "url_wrapped": wrapped},
                ]
            },
        }
        if self.parts[0] == "video":
            item["video_versions"] = [{"url": self.url(self.pk, "video"), "width": 640, "height": 800, "type": 101}]
            item["video_duration"] = 12.5
        return item

    def converted(self, user: str) -> Any:
        """As the answer for one link has it: an object, or an array whose first part is repeated."""
        meta = {"title": self.caption, "username": user, "shortcode": self.code, "like_count": 3, "comment_count": 1}
        parts = []
        for pk, kind in zip(self.part_pks, self.parts, strict=True):
            links = [{"url": self.url(pk), "name": "JPG", "type": "jpg", "ext": "jpg"}]
            if kind == "video":  # its first frame stands beside it
                links.append({"url": self.url(pk, "video"), "name": "MP4", "type": "mp4", "ext": "mp4"})
            parts.append({"url": links, "meta": {**meta, "taken_at": self.taken_at}, "hosting": "instagram.com"})
        if len(parts) == 1:
            return parts[0]
        for part in parts:
            part["meta"] = {**meta, "taken_at": str(self.taken_at)}
        return [{**parts[0], "url": [{"url": self.url(self.part_pks[0]) + "&dl=1", "type": "jpg"}]}, *parts]


@dataclass
class FakeUser:
    """An account; lists are newest first."""

    name: str
    posts: list[FakePost] = field(default_factory=list)
    stories: list[FakePost] = field(default_factory=list)
    reels: list[FakePost] = field(default_factory=list)
    is_private: bool = False
