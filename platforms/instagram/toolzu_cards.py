"""The cards in toolzu's results: one a file, with its link and whether it is a picture."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from mediadl.media import MediaItem
from platforms.instagram.media_ids import cdn_identity, cdn_url, pk_of_shortcode
from platforms.instagram.nodes import PostFacts, changed, file_item, permalink
from platforms.instagram.targets import Target
from platforms.instagram.toolzu_site import CARD

_MEDIA_HOST = re.compile(r"(?:^|\.)(?:cdninstagram\.com|fbcdn\.net|toolzu\.com)$")
_POST_LINK = re.compile(r"instagram\.com/(?:[^/]+/)?(?:p|reel|tv)/([A-Za-z0-9_-]+)")
_VIDEO_NAME = re.compile(r"\.(?:mp4|mov|webm)$")


@dataclass(frozen=True, slots=True)
class Card:
    """One file of the results.

    Attributes:
        identity: what names the file on the CDN.
        code: of its post, where the card links it.
    """

    urls: tuple[str, ...]
    identity: str
    is_video: bool
    code: str = ""


def cards_in(html: str, base_url: str) -> list[Card]:
    """The cards that have a file; links to anywhere but the known hosts are advertising."""
    own_host = urlsplit(base_url).hostname or ""
    cards = []
    for node in LexborHTMLParser(html).css(CARD):
        link = node.css_first("a[download]")
        href = link.attributes.get("href") if link is not None else None
        url = urljoin(base_url, href) if href else ""
        if not url.startswith(("https://", "http://")) or not _is_media_host(url, own_host):
            continue
        code = _POST_LINK.search(node.html or "")
        is_video = bool(_VIDEO_NAME.search(urlsplit(cdn_url(url)).path)) or node.css_first(".fa-image") is None
        identity = cdn_identity(url) or urlsplit(cdn_url(url)).path.rpartition("/")[2][:100]
        cards.append(Card(tuple(dict.fromkeys((cdn_url(url), url))), identity, is_video, code[1] if code else ""))
    return cards


def without_repeats(cards: Iterable[Card], seen: set[str]) -> list[Card]:
    """The cards that are new; ``seen`` then has them too (a batch adds to the list or replaces it)."""
    fresh = []
    for card in cards:
        if card.identity not in seen:
            seen.add(card.identity)
            fresh.append(card)
    return fresh


def items_of_post(cards: list[Card], target: Target) -> Iterator[MediaItem]:
    """The files of one post, given by its link.

    Raises:
        MediaError: ``SITE_CHANGED``, there are none.
    """
    if not cards:
        raise changed("the results have no cards with a file")
    pk = pk_of_shortcode(target.code)
    facts = PostFacts(pk, target.url, target.content_type, author=target.user)
    for position, card in enumerate(cards, start=1):
        yield file_item(
            facts,
            media_id=pk if len(cards) == 1 else card.identity,
            urls=list(card.urls),
            is_video=card.is_video,
            position=position if len(cards) > 1 else 0,
        )


def item_of_profile(card: Card, target: Target) -> MediaItem:
    """One file of a user's list: its post is known only where the card links it."""
    pk = pk_of_shortcode(card.code)
    page = permalink(target.content_type, target.user, pk, card.code) if pk else cdn_url(card.urls[-1])
    facts = PostFacts(pk or card.identity, page, target.content_type, author=target.user)
    return file_item(facts, media_id=card.identity, urls=list(card.urls), is_video=card.is_video)


def _is_media_host(url: str, own_host: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == own_host or bool(_MEDIA_HOST.search(host))
