"""Instagram: its name, downloaders, settings and URLs."""

import re
from urllib.parse import urlsplit

from mediadl.configuration.registry import Kind, Leaf
from platforms import browser
from platforms.access import has_cookies
from platforms.contract import Adapter, DownloaderInfo, PlatformInfo, Recognition, SignIn
from platforms.instagram import fastdl_site, toolzu_site
from platforms.instagram.fastdl import FastDlAdapter
from platforms.instagram.gallery_dl import DEFAULT_PAUSE_SECONDS, PAUSE_SETTING, SETUP_HINT, InstagramAdapter
from platforms.instagram.toolzu import ToolzuAdapter
from platforms.sources import user_name_rule

_HOSTS = frozenset({"instagram.com", "www.instagram.com", "m.instagram.com"})
_NOT_USERS = re.compile(
    r"about|accounts|api|challenge|developer|direct|directory|emails|explore|graphql|legal|locations|p|press|privacy"
    r"|reels?|stories|terms|tv|web"
)
_NAME = re.compile(r"[A-Za-z0-9._]{1,30}")
_UNNAMED = "instagram"  # the source of a post whose URL does not name its author

clean_source = user_name_rule(_NAME.pattern, "1 to 30 letters, digits, dots and underscores")


def source_url(source: str, content_type: str) -> str:
    """The page of a user's posts, stories or reels."""
    if content_type == "stories":
        return f"https://www.instagram.com/stories/{source}/"
    return f"https://www.instagram.com/{source}/" + ("reels/" if content_type == "reels" else "")


def claims(url: str) -> Recognition | None:
    """Profiles, their tabs, stories and single posts; nothing else of the site."""
    parts = urlsplit(url)
    if parts.hostname not in _HOSTS:
        return None
    path = [part for part in parts.path.split("/") if part]
    if path[:2] == ["stories", "highlights"] and len(path) == 3:
        return Recognition("instagram", _UNNAMED, "stories", "Instagram highlight")
    if len(path) >= 2 and path[0] == "stories" and _NAME.fullmatch(path[1]):
        return Recognition("instagram", path[1], "stories", "Instagram stories")
    if len(path) >= 2 and path[0] in {"p", "reel", "reels", "tv"}:
        return _post(path[0], _UNNAMED)
    if not path or _NOT_USERS.fullmatch(path[0]) or not _NAME.fullmatch(path[0]):
        return None
    if len(path) >= 3 and path[1] in {"p", "reel"}:
        return _post(path[1], path[0])
    if len(path) == 2 and path[1] == "highlights":
        return Recognition("instagram", path[0], "stories", "Instagram highlights")
    if len(path) == 2 and path[1] == "reels":
        return Recognition("instagram", path[0], "reels", "Instagram reels")
    return Recognition("instagram", path[0], "posts", "Instagram profile")


def _post(word: str, source: str) -> Recognition:
    if word == "p":
        return Recognition("instagram", source, "posts", "Instagram post")
    return Recognition("instagram", source, "reels", "Instagram reel")


def _through_browser(name: str, display_name: str, adapter: Adapter) -> DownloaderInfo:
    return DownloaderInfo(
        name,
        display_name,
        adapter,
        third_party=True,
        configured=browser.browser_found,
        setup_hint=browser.SETUP_HINT,
        requests_per_hour=100,
    )


PLATFORM = PlatformInfo(
    name="instagram",
    display_name="Instagram",
    content_types=("posts", "stories", "reels"),
    features=("quality_upgrade", "date_filtering", "limit_downloads"),
    downloaders=(
        _through_browser("fastdl", "FastDL (640x640)", FastDlAdapter()),
        _through_browser("toolzu", "Toolzu (1920x1440)", ToolzuAdapter()),
        DownloaderInfo(
            "gallery-dl",
            "Instagram (cookies)",
            InstagramAdapter(),
            configured=lambda: has_cookies("instagram"),
            setup_hint=SETUP_HINT,
        ),
    ),
    claims=claims,
    clean_source=clean_source,
    log_module="Instagram",
    source_url=source_url,
    sign_in=SignIn(("instagram.com",), ("sessionid",)),
    leaves=(
        *fastdl_site.LEAVES,
        *toolzu_site.LEAVES,
        Leaf(
            f"platforms.instagram.{PAUSE_SETTING}",
            Kind.INTEGER,
            DEFAULT_PAUSE_SECONDS,
            "Instagram (cookies): seconds between requests",
            "Instagram soon asks hasty accounts to prove themselves; 0 means no pause.",
            low=0,
            high=120,
        ),
        Leaf(
            "platforms.instagram.toolzu.auto_upgrade",
            Kind.BOOLEAN,
            default=True,
            label="Upgrade pictures",
            help="Look for a larger version of pictures that came from a smaller source.",
        ),
        Leaf(
            "platforms.instagram.toolzu.captcha_api_key",
            Kind.SECRET,
            "",
            "Captcha solver's key",
            "The key of a solving service, used where the site shows a captcha that does not pass by itself.",
        ),
    ),
)
