"""The downloader ``page``: the media that one web page links or embeds."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mediadl.media import FailureKind, FetchMethod, MediaError, MediaItem
from mediadl.net.client import Response
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.file_signatures import looks_like_markup
from platforms.media_urls import content_type_of, file_name_of, promised_type, web_media_id
from platforms.page_fallbacks import main_media
from platforms.page_media import PageMedium, base_of, media_in

TITLE_MAX_CHARACTERS = 200
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_LOGIN_FIELDS = 'input[type="password"]'


class PageAdapter:
    """Yields what the page's own HTML links and embeds, the largest of each; no other page is asked."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        url = context.request.url
        response = context.http.get(url, headers={"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"})
        response.raise_for_status()
        if not _is_page(response):
            raise NotForThisDownloaderError("not a web page")
        root = LexborHTMLParser(response.text()).root
        if root is None:
            raise NotForThisDownloaderError("an empty page")
        base_url = base_of(root, response.url)
        found = media_in(root, base_url) or main_media(root, base_url)
        if promised_type(url):
            found = _promised(found, url)
        if not found and root.css_first(_LOGIN_FIELDS) is not None:
            raise MediaError(
                FailureKind.NEEDS_PERSON,
                "LOGIN_REQUIRED",
                "The page asks for a login and shows no media without one.",
            )
        title = _title(root)
        for position, medium in enumerate(found, start=1):
            yield _item(medium, response.url, title, position)


def _is_page(response: Response) -> bool:
    declared = (response.headers.get("content-type") or "").partition(";")[0].strip().lower()
    return declared in _PAGE_TYPES or (not declared.startswith("image/") and looks_like_markup(response.body[:512]))


def _promised(found: list[PageMedium], url: str) -> list[PageMedium]:
    """Where the URL promised a file, the media of that name only (a viewer page shows it).

    Raises:
        MediaError: ``NOT_MEDIA``, the page shows no such file.
    """
    name = file_name_of(url)
    named = [medium for medium in found if any(name in file_name_of(one) for one in medium.candidates)]
    if not named:
        raise MediaError(
            FailureKind.REFUSED,
            "NOT_MEDIA",
            f"The link ends like a file ({name[:80]}), but the site answered with a web page that does not show it.",
        )
    return named


def _title(root: LexborNode) -> str:
    node = root.css_first("title")
    return " ".join((node.text() if node else "").split())[:TITLE_MAX_CHARACTERS]


def _item(medium: PageMedium, page_url: str, title: str, position: int) -> MediaItem:
    metadata = {"page": page_url, "title": title, "caption": medium.caption, "position": position}
    return MediaItem(
        media_id=web_media_id(medium.url),
        page_url=medium.url,
        candidates=medium.candidates,
        content_type=content_type_of(medium.media_type),
        media_type=medium.media_type,
        headers={"Referer": page_url},
        metadata={name: value for name, value in metadata.items() if value},
        method=FetchMethod.YT_DLP if medium.needs_yt_dlp else FetchMethod.HTTP,
    )
