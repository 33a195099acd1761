"""What the engine iterates: the media of one request, by the first downloader that knows its URL."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from mediadl.media import FailureKind, MediaError, MediaItem
from platforms.contract import DownloaderInfo, ListingContext, NotForThisDownloaderError


@dataclass(frozen=True, slots=True)
class FoundMedia:
    """A media item, and who found it."""

    downloader: DownloaderInfo
    item: MediaItem


def list_through(
    downloaders: Sequence[DownloaderInfo], make_context: Callable[[DownloaderInfo], ListingContext]
) -> Generator[FoundMedia, None, None]:
    """Yield the media that the first fitting downloader lists, lazily.

    A downloader that does not know the URL hands it to the next one; so does one that finds nothing
    where that is a failure (``web``). Closing this iterator closes the adapter's, and so ends its
    child process.

    Raises:
        MediaError: what the adapter raised; ``NO_MEDIA`` where nobody found anything and that is a
            failure; ``UNSUPPORTED_URL`` where the only downloader does not know such a URL.
    """
    for downloader in downloaders:
        context = make_context(downloader)
        context.stop.raise_if_set()
        items = downloader.adapter.list_media(context)
        try:
            first = next(items, None)
            if first is not None:
                yield FoundMedia(downloader, first)
                for item in items:
                    yield FoundMedia(downloader, item)
            if first is not None or not downloader.empty_is_failure:
                return
        except NotForThisDownloaderError as refusal:
            if len(downloaders) == 1:
                raise _unsupported(downloader) from refusal
        finally:
            if isinstance(items, Generator):
                items.close()
    raise MediaError(
        FailureKind.GONE,
        "NO_MEDIA",
        "No pictures, videos or sounds were found there. Open the link in a browser to see what it shows.",
    )


def _unsupported(downloader: DownloaderInfo) -> MediaError:
    return MediaError(
        FailureKind.REFUSED,
        "UNSUPPORTED_URL",
        f"{downloader.display_name} does not know such a link. Choose another downloader, or leave it open.",
    )
