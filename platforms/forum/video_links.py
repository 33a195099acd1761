"""Links and players of video sites inside posts: what yt-dlp is to fetch."""

import hashlib
import json
import re

from selectolax.lexbor import LexborNode

from platforms.page_media import resolve

_YOUTUBE = re.compile(
    r"^https?://(?:(?:www\.|m\.|music\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:.*&)?v=|embed/|v/|shorts/|live/)|youtu\.be/)"
    r"(?!videoseries)([\w-]{11})"
)
_OTHERS = re.compile(
    r"^https?://(?:"
    r"(?:www\.)?vimeo\.com/(?:channels/\w+/|groups/\w+/videos/)?\d+|player\.vimeo\.com/video/\d+"
    r"|(?:www\.)?dailymotion\.com/(?:embed/)?video/\w+|dai\.ly/\w+"
    r"|streamable\.com/(?:[eos]/)?\w+$|rutube\.ru/(?:video|play/embed)/\w+|ok\.ru/video(?:embed)?/\d+"
    r"|vk\.com/video(?:_ext\.php\?|-?\d+_\d+)|(?:www\.)?tiktok\.com/(?:@[\w.]+/video|embed(?:/v\d)?)/\d+"
    r"|(?:www\.)?twitch\.tv/videos/\d+|clips\.twitch\.tv/(?:embed\?clip=)?[\w-]+|(?:www\.)?redgifs\.com/(?:watch|ifr)/\w+"
    r"|(?:www\.)?bilibili\.com/video/\w+|coub\.com/(?:view|embed)/\w+|(?:www\.)?rumble\.com/(?:embed/)?v\w+"
    r"|(?:www\.)?bitchute\.com/(?:video|embed)/\w+|(?:www\.)?facebook\.com/(?:watch/?\?v=\d+|[\w.]+/videos/\d+)"
    r"|(?:www\.)?facebook\.com/plugins/video\.php\?|(?:www\.)?liveleak\.com/|v\.qq\.com/"
    r")",
    re.IGNORECASE,
)
_SITES = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}",
    "tiktok": "https://www.tiktok.com/embed/v2/{}",
    "streamable": "https://streamable.com/{}",
}
_KEY = re.compile(r"[\w-]{3,40}")
ID_DIGITS = 12


def is_video_link(url: str) -> bool:
    """Whether the URL is one video (or its player) of a known video site."""
    return bool(_YOUTUBE.match(url) or _OTHERS.match(url))


def video_id(url: str) -> str:
    """The media id of a video: the same for its page, its short link and its player."""
    found = _YOUTUBE.match(url)
    name = f"youtube:{found[1]}" if found else re.sub(r"/(?:embed|play/embed|videoembed)/|/video/", "/", url)
    return hashlib.sha256(name.encode()).hexdigest()[:ID_DIGITS]


def embedded_video(node: LexborNode, base_url: str) -> str:
    """The video that an element embeds (a player, or what a script makes one of); empty for none."""
    attributes = node.attributes
    if node.tag in {"iframe", "embed", "object"}:
        for name in ("src", "data-src", "data-embed-src", "data"):
            url = resolve(base_url, attributes.get(name) or "")
            if url and is_video_link(url):
                return url.partition("?")[0] if _YOUTUBE.match(url) and "watch" not in url else url
        return ""
    if node.css_first("iframe") is not None:
        return ""  # read when its turn comes
    for site_name, key_name in (
        ("data-media-site-id", "data-media-key"),
        ("data-provider-name", "data-video-id"),
    ):
        site, key = attributes.get(site_name) or "", attributes.get(key_name) or ""
        if site in _SITES and _KEY.fullmatch(key):
            return _SITES[site].format(key)
    if key := attributes.get("data-youtube-id") or "":
        return _SITES["youtube"].format(key) if _KEY.fullmatch(key) else ""
    return _scripted_frame(attributes.get("data-s9e-mediaembed-iframe") or "", base_url)


def _scripted_frame(text: str, base_url: str) -> str:
    """The ``src`` in the attribute list of a player that a script will make."""
    if not text or len(text) > 10_000:
        return ""
    try:
        values = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(values, list) or "src" not in values[:-1]:
        return ""
    url = resolve(base_url, str(values[values.index("src") + 1]))
    return url if is_video_link(url) else ""
