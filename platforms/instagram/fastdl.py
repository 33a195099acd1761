"""The downloader ``fastdl``: the site's own page asks in a real browser, and its answers are read.

Each request is signed by the page's script; nothing here knows how. Where ``base_url`` names another
installation that answers unsigned requests, no browser is needed.
"""

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from mediadl.media import MediaItem
from platforms.browser import browser_page
from platforms.browser.checks import PATIENCE_SECONDS
from platforms.contract import ListingContext
from platforms.instagram.converted import items_of_link
from platforms.instagram.fastdl_page import ANSWER_SECONDS, FastDlPage
from platforms.instagram.fastdl_plain import PlainFastDl
from platforms.instagram.fastdl_site import FastDlSite, site_of
from platforms.instagram.nodes import changed, items_of_node
from platforms.instagram.targets import Target, target_of


class FastDlAdapter:
    """Yields what fastdl knows of a user or of one link, page by page as it is read.

    Args:
        patience_seconds: how long a check whether a person is there may take to pass by itself.
        answer_seconds: how long the site may take for one answer.
    """

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._patience = patience_seconds
        self._answer_seconds = answer_seconds

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """See :class:`platforms.contract.Adapter`."""
        target = target_of(context.request)
        site = site_of(context)
        answers = self._answers(context, site, target)
        try:
            if target.is_single:
                for answer in answers:
                    yield from items_of_link(answer, target)
                return
            yield from _newest(answers, target, context.request.max_downloads)
        finally:
            answers.close()

    def _answers(self, context: ListingContext, site: FastDlSite, target: Target) -> Generator[Any, None, None]:
        plain = PlainFastDl(context, site)
        if not site.is_default and plain.is_open_to(target):
            yield from plain.answers(target)
            return
        with browser_page(context, "fastdl") as page:
            form = FastDlPage(page, site, context, self._patience, self._answer_seconds)
            yield from form.answers(target)


def _newest(answers: Iterator[Any], target: Target, limit: int | None) -> Iterator[MediaItem]:
    """The items of all pages; no further page once ``limit`` posts in the list's order were given."""
    in_order = 0
    for answer in answers:
        for node in nodes_of(answer):
            post = list(items_of_node(node, target.user, target.content_type))
            yield from post
            in_order += bool(post) and not post[0].pinned
        if limit is not None and in_order >= limit:
            return


def nodes_of(answer: Any) -> list[Any]:
    """The posts of one answer.

    Raises:
        MediaError: ``SITE_CHANGED``, there is no list in it.
    """
    result = answer.get("result") if isinstance(answer, Mapping) else None
    if isinstance(result, Mapping):
        result = result.get("edges", result.get("items"))
    if not isinstance(result, list):
        raise changed("there is no list of posts in the answer")
    return [one["node"] if isinstance(one, Mapping) and "node" in one else one for one in result]
