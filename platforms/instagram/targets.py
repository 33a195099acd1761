"""What a request means on Instagram: a user's posts, stories or reels, or one of them."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from mediadl.net.urls import normalise_url
from platforms.contract import ListingRequest, NotForThisDownloaderError

_POST_WORDS = {"p", "reel", "reels", "tv"}
_SINGULAR = {"posts": "post", "stories": "story", "reels": "reel"}


class Kind(StrEnum):
    """What is listed."""

    POSTS = "posts"
    STORIES = "stories"
    REELS = "reels"
    ONE_POST = "one post"
    ONE_STORY = "one story"


@dataclass(frozen=True, slots=True)
class Target:
    """One request.

    Attributes:
        user: empty where the URL of a post does not name its author.
        code: of one post.
        url: of one post or story, without what follows it.
        content_type: singular, of what does not say better itself.
    """

    kind: Kind
    user: str
    code: str = ""
    url: str = ""
    content_type: str = "post"

    @property
    def is_single(self) -> bool:
        """Whether it is one post or story, given by its link."""
        return self.kind in {Kind.ONE_POST, Kind.ONE_STORY}


def target_of(request: ListingRequest) -> Target:
    """What ``request`` asks for; its URL decides, the content type where the URL is a profile's.

    Raises:
        NotForThisDownloaderError: no URL of Instagram's.
    """
    url = normalise_url(request.url)
    parts = [part for part in urlsplit(url).path.split("/") if part]
    if not parts or "instagram.com" not in (urlsplit(url).hostname or ""):
        raise NotForThisDownloaderError("no URL of Instagram")
    if parts[0] == "stories" and len(parts) >= 3 and parts[2].isdigit():
        story = f"https://www.instagram.com/stories/{parts[1]}/{parts[2]}/"
        return Target(Kind.ONE_STORY, parts[1], parts[2], story, "story")
    if parts[0] == "stories" and len(parts) >= 2:
        return Target(Kind.STORIES, parts[1], content_type="story")
    user, rest = ("", parts) if parts[0] in _POST_WORDS else (parts[0], parts[1:])
    if len(rest) >= 2 and rest[0] in _POST_WORDS:
        word = "p" if rest[0] in {"p", "tv"} else "reel"
        link = f"https://www.instagram.com/{word}/{rest[1]}/"
        return Target(Kind.ONE_POST, user, rest[1], link, "post" if word == "p" else "reel")
    kind = Kind.REELS if rest[:1] == ["reels"] else Kind(request.content_type or "posts")
    return Target(kind, user, content_type=_SINGULAR[kind])
