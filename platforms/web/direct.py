"""The downloader ``direct``: the URL itself is a media file."""

import re
from collections.abc import Iterator

from mediadl.media import FailureKind, MediaError, MediaItem, MediaType
from mediadl.net.client import Response
from platforms.contract import ListingContext, NotForThisDownloaderError
from platforms.file_signatures import looks_like_markup, looks_like_stream_list, media_type_of
from platforms.media_urls import content_type_of, promised_type, web_media_id

PROBE_BYTES = 4096
# Asked for as a range, so that the connection can serve the fetch that follows.
_RANGE = {"Range": f"bytes=0-{PROBE_BYTES - 1}"}
_TOTAL = re.compile(r"bytes \d+-\d+/(\d+)")
_NOT_OURS = frozenset({"image/svg+xml", "audio/mpegurl", "audio/x-mpegurl"})
# Refusals of a bare request that a downloader which knows the site may not meet.
_PERHAPS_ANOTHER_WAY = frozenset({400, 401, 403, 405, 406, 451})


class DirectAdapter:
    """Yields the one file at the URL, where a short GET says that it is media."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        url = context.request.url
        response = context.http.probe(url, headers=_RANGE, max_bytes=PROBE_BYTES)
        if response.status == 416:  # an empty file has no first bytes
            response = context.http.probe(url, max_bytes=PROBE_BYTES)
        if response.status in _PERHAPS_ANOTHER_WAY:
            raise NotForThisDownloaderError(f"HTTP {response.status}")
        response.raise_for_status()
        if response.status not in {200, 206}:
            raise MediaError(
                FailureKind.SITE_CHANGED,
                f"HTTP_{response.status}",
                f"The site answered with the status {response.status}, which carries no file.",
                status=response.status,
            )
        kind = _media_type(url, response)
        yield MediaItem(
            media_id=web_media_id(url),
            page_url=url,
            candidates=(url,),
            content_type=content_type_of(kind),
            media_type=kind,
            size=_size(response),
        )


def _media_type(url: str, response: Response) -> MediaType | None:
    """What the answer is.

    Raises:
        NotForThisDownloaderError: it is a page, or nothing that is known.
    """
    start = response.body
    if kind := media_type_of(start):
        return kind
    if looks_like_markup(start) or looks_like_stream_list(start):
        raise NotForThisDownloaderError("not a media file")
    declared = (response.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if declared not in _NOT_OURS:
        for kind in MediaType:
            if declared.startswith(f"{kind}/"):
                return kind  # damaged or empty perhaps: the verification says so, and why
    if not start and (promised := promised_type(url)):
        return promised
    raise NotForThisDownloaderError(f"the site says that it is {declared or 'of no known type'}")


def _size(response: Response) -> int | None:
    if response.status == 206:
        found = _TOTAL.fullmatch((response.headers.get("content-range") or "").strip())
        return int(found[1]) if found else None
    length = (response.headers.get("content-length") or "").strip()
    return int(length) if length.isascii() and length.isdigit() else None
