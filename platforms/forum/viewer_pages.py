"""The picture behind an image host's page, where no extractor knows the host: read as a page."""

from selectolax.lexbor import LexborHTMLParser

from mediadl.media import FailureKind, MediaError
from mediadl.net.client import HttpClient, Response
from platforms.file_signatures import looks_like_markup, media_type_of
from platforms.forum.image_hosts import shape_of
from platforms.media_urls import file_name_of
from platforms.page_fallbacks import main_media
from platforms.page_media import PageMedium, base_of, media_in
from platforms.picture_identity import identity_and_size

VIEWER_PAGE_BYTES = 512 * 1024
_MAX_SHAPES = 500  # kinds of links that are remembered in one listing


class ViewerPages:
    """Asks image hosts for the pictures that their pages show.

    What a link is (a page, or the picture itself) is looked at once for each kind of link.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._files: set[str] = set()

    def candidates(self, url: str, referer: str) -> tuple[str, ...]:
        """The URLs of the picture, best first; empty where the page shows none of its own.

        Raises:
            MediaError: the listing was stopped.
        """
        if shape_of(url) in self._files:
            return (url,)
        try:
            response = self._http.probe(url, headers={"Referer": referer}, max_bytes=VIEWER_PAGE_BYTES)
        except MediaError as error:
            if error.kind is FailureKind.STOPPED:
                raise
            return ()
        if response.status >= 400:
            return ()
        if media_type_of(response.body[:64]) is not None:
            if len(self._files) < _MAX_SHAPES:
                self._files.add(shape_of(url))
            return (url,)
        return _shown_picture(response, url) if looks_like_markup(response.body[:512]) else ()


def _shown_picture(response: Response, url: str) -> tuple[str, ...]:
    root = LexborHTMLParser(response.text()).root
    if root is None:
        return ()
    base_url = base_of(root, response.url)
    shown = media_in(root, base_url)
    named = _named_like(shown, file_name_of(url))
    if named is not None:
        return named.candidates
    main = next(iter(main_media(root, base_url)), None)
    if main is not None:
        identity = identity_and_size(main.url)[0]
        larger = next((one for one in shown if identity_and_size(one.url)[0] == identity), main)
        return tuple(dict.fromkeys((*larger.candidates, *main.candidates)))
    return shown[0].candidates if len(shown) == 1 else ()


def _named_like(shown: list[PageMedium], name: str) -> PageMedium | None:
    """The medium whose file has the name that the link promised."""
    if "." not in name:
        return None
    return next((one for one in shown if any(name in file_name_of(url) for url in one.candidates)), None)
