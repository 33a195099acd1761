"""What on a page is no content: icons, avatars, smilies, menus, tracking pixels, anything tiny."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

SMALLEST_SIDE_PX = 64
_PIXELS = re.compile(r"^\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*$")
_STYLE_SIZE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*(\d{1,6})(?:\.\d+)?px", re.IGNORECASE)
_STYLE_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_OWN_NAMES = re.compile(
    r"(?:.*[-_])?(?:avatars?|emojis?|emoticons?|smil(?:ie|ey|eys|ies)|icons?|badges?|sprites?|spacer|userpic|gravatar"
    r"|rank|reaction|pixel|tracker|tracking|flag|inlineimg|mceSmilie(?:Sprite)?)(?:[-_].*)?",
    re.IGNORECASE,
)
_AREA_NAMES = re.compile(
    r"(?:(?:site|page|global|main|top|p|js)[-_])?(?:header|nav|navigation|navbar|topbar|menu|sidebar|breadcrumbs?)"
    r"|.*avatar.*|.*user-?photo.*|.*post-?profile|.*author-?(?:info|pane|card|box)|.*user-?(?:info|details|card)"
    r"|(?:.*[-_])?(?:footer|logo|notices?|signature|share|sharing|social|advert|adverts|advertisement|ads|adsense|sponsor|sponsors"
    r"|cookie|consent|userbar|copyright)(?:[-_].*)?|sig|sidebar-.*|.*-sidebar",
    re.IGNORECASE,
)
_AREA_TAGS = frozenset({"nav", "footer", "aside", "button", "select"})
_AREA_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar"})
_WHOLE_PAGE_TAGS = frozenset({"html", "body", "main", "article"})
_URL_NAMES = re.compile(
    r"/(?:avatars?|smil(?:ies|eys)|emojis?|emoticons?|icons?|ranks?|badges?|flags?|sprites?|gravatar|share)(?:/|$)"
    r"|(?:^|[/_.-])(?:favicon|spacer|blank|pixel|1x1|clear|transparent|sprite|loader|loading|avatar|icon)[^/]*$",
    re.IGNORECASE,
)
_TRACKER_HOSTS = re.compile(
    r"(?:^|\.)(?:doubleclick\.net|google-analytics\.com|googletagmanager\.com|gravatar\.com|scorecardresearch\.com"
    r"|quantserve\.com|statcounter\.com|adservice\.google\..*|googlesyndication\.com|bat\.bing\.com|pixel\..*"
    r"|counter\..*|hit\..*|stats\..*|mc\.yandex\.ru)$"
)


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around ``node``, the nearest first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def names_of(node: LexborNode) -> list[str]:
    """The element's classes and its id."""
    attributes = node.attributes
    names = (attributes.get("class") or "").split()
    if identifier := attributes.get("id"):
        names.append(identifier)
    return names


def is_area(node: LexborNode) -> bool:
    """Whether this element is a part of the site around the content (a menu, a signature, ads)."""
    if node.tag in _WHOLE_PAGE_TAGS:
        return False
    if node.tag in _AREA_TAGS or (node.attributes.get("role") or "") in _AREA_ROLES:
        return True
    if node.tag == "header":
        return not any(one.tag in {"article", "main"} for one in ancestors(node))
    return any(_AREA_NAMES.fullmatch(name) for name in names_of(node))


def is_tiny_or_hidden(node: LexborNode) -> bool:
    """Whether its attributes say that it is under 64 px, or not shown."""
    attributes = node.attributes
    style = attributes.get("style") or ""
    if "hidden" in attributes or _STYLE_HIDDEN.search(style):
        return True
    sizes = [match[1] for name in ("width", "height") if (match := _PIXELS.match(attributes.get(name) or ""))]
    sizes += _STYLE_SIZE.findall(style)
    return any(int(size) < SMALLEST_SIDE_PX for size in sizes)


def is_named_as_furniture(node: LexborNode) -> bool:
    """Whether its own class or id calls it an avatar, an icon, a smilie..."""
    return any(_OWN_NAMES.fullmatch(name) for name in names_of(node))


def is_furniture_url(url: str) -> bool:
    """Whether the URL names a smilie, an avatar, a spacer... or a tracker's host."""
    parts = urlsplit(url)
    return bool(_URL_NAMES.search(parts.path)) or bool(_TRACKER_HOSTS.search(parts.hostname or ""))


def is_way_out(target: str, picture: str, page: str) -> bool:
    """Whether a picture's link only leads home or away: a logo, or a banner for another site.

    Pictures that lead to the host that serves them (an image host's page) are none.
    """
    to, home = urlsplit(target), urlsplit(page)
    if to.netloc == home.netloc:
        is_above = to.path.endswith("/") and home.path.startswith(to.path) and to.path != home.path
        return not to.query and (to.path == "/" or is_above)
    return urlsplit(picture).netloc == home.netloc
