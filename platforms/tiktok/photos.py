"""TikTok's photo posts, which gallery-dl reads: every picture of the post, in its order."""

from collections.abc import Iterator, Mapping
from typing import Any

from mediadl.media import MediaItem, MediaType
from mediadl.net.urls import normalise_url
from platforms.contract import ListingContext
from platforms.extractors import gallery_dl
from platforms.extractors.gallery_dl import GalleryListing

# The music of a post is no medium of its author's; a video behind a link to photos is still one.
_OPTIONS = {"audio": False, "covers": False, "subtitles": False}


def photos_of(context: ListingContext, url: str) -> Iterator[MediaItem]:
    """The pictures of the post at ``url``.

    Raises:
        MediaError: the listing failed, or was stopped.
    """
    for data in GalleryListing(context, url, _OPTIONS).files():
        if candidates := gallery_dl.candidates(data):
            yield _item(data, candidates)


def _item(data: Mapping[str, Any], candidates: tuple[str, ...]) -> MediaItem:
    post, position = str(data.get("id")), data.get("num")
    is_video = data.get("type") == "video"
    author = gallery_dl.first_text(data, ("user", "author"))
    word = "video" if is_video else "photo"
    found = {
        "caption": gallery_dl.first_text(data, ("desc", "title")),
        "author": author,
        "position": position or None,
        **gallery_dl.sizes_of(data),
        "extractor": "TikTok",
    }
    return MediaItem(
        media_id=post if is_video else f"{post}_{position}",
        page_url=normalise_url(f"https://www.tiktok.com/@{author or '_'}/{word}/{post}"),
        candidates=candidates,
        content_type="video" if is_video else "image",
        post_id=post,
        post_date=gallery_dl.date_of(data.get("date")),
        media_type=MediaType.VIDEO if is_video else MediaType.IMAGE,
        headers=gallery_dl.headers_of(data.get("_http_headers")),
        metadata={name: value for name, value in found.items() if value not in (None, "")},
    )
