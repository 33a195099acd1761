"""TikTok: its name, downloader, settings and URLs."""

import re
from urllib.parse import urlsplit

from mediadl.configuration.registry import Kind, Leaf
from platforms.contract import DownloaderInfo, PlatformInfo, Recognition, SignIn
from platforms.sources import user_name_rule
from platforms.tiktok.adapter import TikTokAdapter
from platforms.tiktok.qualities import QUALITIES

_HOSTS = frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"})
_SHORT_LINK_HOSTS = frozenset({"vm.tiktok.com", "vt.tiktok.com"})
_NAME = re.compile(r"[A-Za-z0-9._]{2,24}")
_UNNAMED = "tiktok"  # the source of a link that does not name its author

clean_source = user_name_rule(_NAME.pattern, "2 to 24 letters, digits, dots and underscores")


def source_url(source: str, _content_type: str) -> str:
    """The page of a user's videos."""
    return f"https://www.tiktok.com/@{source}"


def claims(url: str) -> Recognition | None:
    """Profiles, single videos and photo posts, and the short links to them."""
    parts = urlsplit(url)
    path = [part for part in parts.path.split("/") if part]
    if parts.hostname in _SHORT_LINK_HOSTS and path:
        return Recognition("tiktok", _UNNAMED, "videos", "TikTok video")
    if parts.hostname not in _HOSTS or not path:
        return None
    if path[0] == "t" and len(path) == 2:
        return Recognition("tiktok", _UNNAMED, "videos", "TikTok video")
    name = path[0].removeprefix("@")
    if not path[0].startswith("@") or not _NAME.fullmatch(name):
        return None
    is_post = len(path) >= 3 and path[1] in {"video", "photo"}
    return Recognition("tiktok", name, "videos", "TikTok video" if is_post else "TikTok profile")


PLATFORM = PlatformInfo(
    name="tiktok",
    display_name="TikTok",
    content_types=("videos",),
    features=("date_filtering", "limit_downloads"),
    downloaders=(DownloaderInfo("yt-dlp", "TikTok (yt-dlp)", TikTokAdapter()),),
    claims=claims,
    clean_source=clean_source,
    log_module="TikTok",
    source_url=source_url,
    sign_in=SignIn(("tiktok.com",), ("sessionid", "sessionid_ss")),
    leaves=(
        Leaf(
            "platforms.tiktok.quality",
            Kind.CHOICE,
            "hd",
            "Quality",
            "hd: the best there is; sd: smaller files. Without watermark where TikTok offers one.",
            choices=tuple(QUALITIES),
        ),
    ),
)
