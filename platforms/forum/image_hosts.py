"""Which links lead to a page of an image host that shows one picture, or an album of them."""

import re
from urllib.parse import urlsplit

from platforms.media_urls import extension_of

# Hosts that gallery-dl reads, and which of their paths are pictures and albums.
_KNOWN: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"(?:www\.|m\.)?(?:{host})"), re.compile(path))
    for host, path in (
        (r"imgbox\.com", r"/(?:g/)?[A-Za-z0-9]{8,10}$"),
        (r"pixhost\.(?:cc|to|org)", r"/(?:show|gallery)/"),
        (r"(?:\w+\.)?imagebam\.com", r"/(?:image|view|gallery)/\w+"),
        (r"postim(?:ages|g)\.(?:cc|org|com)|pixxxels\.(?:cc|org)", r"/(?:image/|gallery/)?\w{5,}/?(?:\w+/?)?$"),
        (r"imgur\.com", r"/(?!user|r/|search|upload|signin|about)(?:(?:a|gallery|t/\w+)/)?[\w-]{5,}(?:\.gifv)?$"),
        (r"vipr\.im", r"/\w{8,}"),
        (r"imx\.to|img\.yt|imx\.(?:bz|tw)", r"/(?:i|g)/\w+|/img-"),
        (r"(?:img\d+\.)?imagevenue\.com", r"/(?:ME|GA)\w+|/img\.php"),
        (r"(?:phun\.)?image(?:twist|haha)\.com", r"/(?:p/)?\w{10,}"),
        (r"imgspice\.com|imgclick\.net|fappic\.com|silverpic\.(?:net|com)|imgpv\.com", r"/\w{8,}"),
        (r"turboimagehost\.com", r"/(?:p|album)/\d+"),
        (r"acidimg\.cc|imgadult\.com|img(?:drive|taxi|wallet)\.(?:com|net)", r"/img-\w+"),
        (r"picstate\.com", r"/view/full/"),
        (r"ibb\.co", r"/(?:album/)?\w{5,}$"),
        (r"imgchest\.com", r"/p/\w+"),
        (r"imageshack\.com", r"/(?:i|a)/\w+"),
        (r"catbox\.moe", r"/c/\w+"),
        (r"lensdump\.com", r"/(?:a/|i/)?\w{5,}$"),
        (r"flickr\.com", r"/photos/[^/]+/(?:\d{6,}|(?:album|set)s/\d+)"),
        (r"flic\.kr", r"/p/\w+"),
        (r"pixeldrain\.com", r"/(?:u|l)/\w+"),
        (r"bunkrr?\.\w+", r"/(?:a|f|v|i|d)/[\w-]+"),
        (r"cyberdrop\.\w+", r"/(?:a|f|e)/\w+"),
        (r"jpg\d?\.(?:su|cr|church|fish|fishing|pet)", r"/(?:img|a|album)/[\w.-]+"),
    )
)  # fmt: skip
_PAGE_FOLDER = re.compile(
    r"/(?:view(?:er|image|pic|photo|full)?|show(?:image|pic|photo)?|share|display|v|p|image|photo|pic|picture)(?:\.php)?(?=/)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\d+")


def is_known_viewer(url: str) -> bool:
    """Whether gallery-dl has an extractor for this page of an image host."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    return any(name.fullmatch(host) and path.match(parts.path) for name, path in _KNOWN)


def may_be_viewer(url: str) -> bool:
    """Whether a link that ends like a picture may lead to the page that shows it (``/view/a.jpg``)."""
    return bool(extension_of(url)) and bool(_PAGE_FOLDER.search(urlsplit(url).path))


def shape_of(url: str) -> str:
    """What links of one kind share: the host and the folders, whatever their numbers."""
    parts = urlsplit(url)
    folder = parts.path.rpartition("/")[0]
    return f"{parts.netloc}{_NUMBERS.sub('0', folder)}"


def is_same_site(one: str, other: str) -> bool:
    """Whether two URLs are of one owner's hosts, as far as names tell (``t.host.org`` and ``host.org``)."""
    return _owner(one) == _owner(other)


def _owner(url: str) -> str:
    host = (urlsplit(url).netloc or "").lower()
    labels = host.split(".")
    if _NUMBERS.fullmatch(labels[-1].partition(":")[0]):
        return host  # an address
    count = 3 if len(labels) > 2 and len(labels[-2]) <= 3 and len(labels[-1]) == 2 else 2
    return ".".join(labels[-count:])
