"""Which partial file belongs to a media item; its page names it, since media links change with each signature."""

from downloads.partial import partial_key
from mediadl.media import MediaItem
from queue_app.models import Outcome


def key_of_media(platform: str, media: MediaItem) -> str:
    """The key of the partial file that this media item is fetched into."""
    return partial_key(platform, media.media_id, media.page_url)


def key_of_outcome(outcome: Outcome) -> str:
    """The same, from the stored outcome (its item must be loaded)."""
    return partial_key(outcome.item.platform, outcome.media_id, outcome.url)
