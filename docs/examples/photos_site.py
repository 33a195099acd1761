"""The example of docs/adding-a-site.md: a site in one file. It lists a user's albums of photos.example."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from mediadl.media import FailureKind, MediaError, MediaItem, MediaType
from platforms.contract import DownloaderInfo, ListingContext, PlatformInfo, Recognition
from platforms.sources import user_name_rule

HOST = "photos.example"


class ExampleAdapter:
    """Yields a user's pictures, newest first, page by page."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        page: str | None = context.request.url + "/pictures.json"
        while page:
            answer = context.http.get(page)  # counted, guarded, with the site's cookies: the engine's client
            answer.raise_for_status()
            data = answer.json()
            try:
                pictures, page = [_item(picture) for picture in data["pictures"]], data["next"]
            except (ValueError, KeyError, TypeError) as error:
                detail = "photos.example answered in a way that is not understood."
                raise MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", detail) from error
            yield from pictures


def _item(picture: dict[str, str]) -> MediaItem:
    return MediaItem(
        media_id=picture["id"],
        page_url=picture["page"],
        candidates=(picture["file"],),
        content_type="image",
        post_id=picture["album"],
        post_date=datetime.fromisoformat(picture["posted"]).astimezone(UTC),
        media_type=MediaType.IMAGE,
        metadata={"caption": picture["caption"]},
    )


def claims(url: str) -> Recognition | None:
    """A user's page: ``/u/NAME``."""
    user = re.fullmatch(r"/u/(\w+)", urlsplit(url).path)
    return Recognition("example", user[1], "images", "Album") if user and urlsplit(url).hostname == HOST else None


PLATFORM = PlatformInfo(
    name="example", display_name="Photos Example", content_types=("images",), features=("limit_downloads",),
    downloaders=(DownloaderInfo("example", "Photos Example", ExampleAdapter()),),
    claims=claims, clean_source=user_name_rule(r"\w{1,30}", "letters and digits, at most 30"),
)  # fmt: skip
