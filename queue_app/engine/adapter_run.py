"""Running adapters: what they are given, and what their failures mean."""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from typing import Any

import structlog

from mediadl.api.errors import ApiError
from mediadl.configuration import selectors as configuration
from mediadl.media import FailureKind, MediaError, MediaItem
from mediadl.net.client import HttpClient, Response
from mediadl.net.kept_handles import KeptHandles
from platforms.access import access_for
from platforms.contract import DownloaderInfo, ListingContext, ListingRequest
from platforms.evidence import Seen, keep_evidence
from platforms.listing import FoundMedia, list_through
from queue_app.engine.budgets import RequestBudget
from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.running import RunningItem

log = structlog.get_logger("Queue")


class ContextMaker:
    """Makes the context of each downloader that is asked, and closes their clients.

    Args:
        running: the item that is listed.
        proxy: the only way out for child processes.
        handles: with which all listings of the drain ask.
        before_request: called before each page request.
        save_cursor: keeps where the listing could go on.
        wanted: media whose links have expired: they are looked for wherever an earlier listing got to.
    """

    def __init__(
        self,
        running: RunningItem,
        proxy: ChildProxy,
        handles: KeptHandles,
        before_request: Callable[[], None],
        save_cursor: Callable[[Any], None],
        *,
        wanted: Sequence[MediaItem] = (),
    ) -> None:
        self._running = running
        self._proxy = proxy
        self._handles = handles
        self._before_request = before_request
        self._save_cursor = save_cursor
        self._wanted = tuple(wanted)
        self._open = ExitStack()
        self._info: DownloaderInfo | None = None
        self._seen = Seen()

    def __call__(self, info: DownloaderInfo) -> ListingContext:
        """The context for ``info``."""
        running, item = self._running, self._running.item
        budget = RequestBudget(item.platform, info.name, running.stop, self._before_request)
        access = access_for(item.platform, item.url)
        self._info, self._seen = info, Seen()
        client = HttpClient(
            stop=running.stop,
            user_agent=access.user_agent,
            cookies=access.cookies,
            proxy_url=access.proxy_url,
            before_request=budget.before_request,
            headers={"Referer": item.referer} if item.referer else {},
            on_answer=self._note_answer,
            handles=self._handles,
        )
        self._open.callback(client.close)
        children = self._open.enter_context(self._proxy.access(budget.count, access.proxy_url))
        return ListingContext(
            request=ListingRequest(
                url=item.url,
                source=item.source,
                content_type=item.content_type,
                max_downloads=item.max_downloads,
                days_back=item.days_back,
                metadata=item.metadata,
            ),
            http=client,
            stop=running.stop,
            proxy_url=children.proxy_url,
            setting=lambda name: configuration.value(f"platforms.{item.platform}.{name}"),
            report=lambda text: log.debug(text, queue_id=item.pk),
            cursor=None if self._wanted else item.listing_cursor,
            save_cursor=self._save_cursor,
            wanted=self._wanted,
            access=access,
            refusal=children.refusal,
            seen=self._seen,
        )

    def keep_evidence(self, error: MediaError) -> None:
        """Keep what the downloader that was asked last saw, if it no longer understands its site."""
        if error.kind is FailureKind.SITE_CHANGED and self._info is not None:
            item = self._running.item
            name = keep_evidence(item.platform, self._info.name, item.url, error, self._seen)
            log.warning("The site has changed", queue_id=item.pk, error=error.code, evidence=name)

    def _note_answer(self, answer: Response) -> None:
        self._seen.note(f"{answer.status} {answer.url}", answer.body)

    def close(self) -> None:
        """Close the connections of all that were asked, and let their children out no more."""
        self._open.close()


def understood(
    running: RunningItem, infos: Sequence[DownloaderInfo], contexts: ContextMaker
) -> Generator[FoundMedia, None, None]:
    """Iterate the adapters; whatever they raise that is no ``MediaError`` means that the site changed."""
    try:
        with closing(contexts), closing(list_through(infos, contexts)) as listed:
            yield from listed
    except MediaError as error:
        contexts.keep_evidence(error)
        raise
    except (ApiError, GeneratorExit):
        raise
    except Exception as error:
        log.exception("An adapter failed", queue_id=running.item.pk, platform=running.item.platform)
        detail = f"The answer of the site could not be understood ({type(error).__name__}); the log has the details."
        changed = MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", detail)
        changed.__cause__ = error
        contexts.keep_evidence(changed)
        raise changed from error
