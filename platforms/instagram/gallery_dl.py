"""Instagram's own pages with a person's own cookies, read by gallery-dl."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from mediadl.media import FailureKind, MediaError, MediaItem, MediaType
from mediadl.net.urls import normalise_url
from platforms.contract import ListingContext
from platforms.extractors import gallery_dl
from platforms.extractors.gallery_dl import GalleryListing
from platforms.instagram.media_ids import media_pk

PAUSE_SETTING = "gallery-dl.pause_seconds"
DEFAULT_PAUSE_SECONDS = 8
SETUP_HINT = "Upload the cookies of a signed-in Instagram account."
_ROOT = "https://www.instagram.com"
_CONTENT_TYPES = {"post": "post", "reel": "reel", "story": "story", "highlight": "story"}
_TABS = {"posts": "posts", "stories": "", "reels": "reels", "": "posts"}
_PAGES_OF_ONE = frozenset({"p", "reel", "reels", "tv", "stories", "s", "share"})
_HOME_REDIRECT = "redirect to home page"
_PRIVATE_WARNING = re.compile(r"posts are private$")
_OLDEST = datetime.min.replace(tzinfo=UTC)


class InstagramAdapter:
    """Yields posts, stories, highlights and reels, newest first."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        if not context.access.cookies:
            raise MediaError(FailureKind.NEEDS_PERSON, "UNCONFIGURED", SETUP_HINT)
        url = wanted_page(context.request.url, context.request.content_type)
        listing = GalleryListing(context, url, _options(context))
        items = _items(listing)
        if "/stories/" in url:  # one short answer, the oldest first
            items = iter(sorted(items, key=lambda item: item.post_date or _OLDEST, reverse=True))
        yield from items


def wanted_page(url: str, content_type: str) -> str:
    """The page that gallery-dl is to read: of a profile the tab of the content type, of a post its own."""
    path = [part for part in urlsplit(url).path.split("/") if part]
    user = path[0] if path else ""
    is_one = user in _PAGES_OF_ONE or (len(path) >= 3 and path[1] in {"p", "reel"})
    if is_one or path[1:] == ["highlights"]:
        return f"{_ROOT}/{'/'.join(path)}/"
    tab = "reels" if path[1:] == ["reels"] else _TABS.get(content_type, "posts")
    return f"{_ROOT}/{user}/{tab}/" if tab else f"{_ROOT}/stories/{user}/"


def _options(context: ListingContext) -> dict[str, Any]:
    return {
        "instagram.videos": "merged",  # one plain file; the separate streams have no address of their own
        "instagram.audio": False,
        "instagram.sleep-request": context.setting(PAUSE_SETTING),
    }


def _items(listing: GalleryListing) -> Iterator[MediaItem]:
    is_empty = True
    try:
        for data in listing.files():
            if (item := _item(data)) is not None:
                is_empty = False
                yield item
    except MediaError as error:
        raise _in_its_terms(error) from error
    if is_empty and any(map(_PRIVATE_WARNING.search, listing.warnings)):
        detail = "This account is private; the account of the cookies must follow it."
        raise MediaError(FailureKind.NEEDS_PERSON, "PRIVATE", detail)


def _in_its_terms(error: MediaError) -> MediaError:
    """Instagram sends those whose session ended, or whom it suspects, to its front page."""
    if _HOME_REDIRECT not in error.detail:
        return error
    detail = f"Instagram no longer accepts the cookies. {SETUP_HINT}"
    return MediaError(FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", detail)


def _item(data: Mapping[str, Any]) -> MediaItem | None:
    candidates = gallery_dl.candidates(data)
    media_id = media_pk(data.get("media_id"))
    if not candidates or not media_id:
        return None
    kind = str(data.get("type"))
    is_story = kind in {"story", "highlight"}
    return MediaItem(
        media_id=media_id,
        page_url=_page_url(data, kind, media_id),
        candidates=candidates,
        content_type=_CONTENT_TYPES.get(kind, "post"),
        post_id=media_id if is_story else media_pk(data.get("post_id")) or media_id,
        post_date=gallery_dl.date_of(data.get("date")),
        media_type=MediaType.VIDEO if data.get("video_url") else MediaType.IMAGE,
        headers=gallery_dl.headers_of(data.get("_http_headers")),
        # Highlights come in no order of time: they wait for their date's turn, as pinned posts do.
        pinned=bool(data.get("pinned")) or kind == "highlight",
        metadata=_metadata(data),
    )


def _page_url(data: Mapping[str, Any], kind: str, media_id: str) -> str:
    if kind == "story":
        return normalise_url(f"{_ROOT}/stories/{data.get('username')}/{media_id}/")
    return normalise_url(str(data.get("post_url") or f"{_ROOT}/p/{data.get('post_shortcode')}/"))


def _metadata(data: Mapping[str, Any]) -> dict[str, Any]:
    count = data.get("count")
    found = {
        "caption": gallery_dl.first_text(data, ("description",)),
        "author": gallery_dl.first_text(data, ("username", "owner")),
        "position": data.get("num") if isinstance(count, int) and count > 1 else None,
        "shortcode": data.get("shortcode"),
        "highlight": gallery_dl.first_text(data, ("highlight_title",)),
        **gallery_dl.sizes_of(data),
        "extractor": "instagram",
    }
    return {name: value for name, value in found.items() if value not in (None, "")}
