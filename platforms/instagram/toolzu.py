"""The downloader ``toolzu``: its form is filled in a real browser, and the cards of its results are read.

The cards carry no dates and no captions, and the site has no stories.
"""

from collections.abc import Iterator
from functools import partial

from mediadl.media import FailureKind, MediaError, MediaItem
from platforms.browser import browser_page
from platforms.browser.checks import PATIENCE_SECONDS, Solver
from platforms.contract import ListingContext
from platforms.instagram.captcha_solver import solve_turnstile
from platforms.instagram.targets import Kind, target_of
from platforms.instagram.toolzu_cards import Card, item_of_profile, items_of_post, without_repeats
from platforms.instagram.toolzu_page import ANSWER_SECONDS, ToolzuPage
from platforms.instagram.toolzu_site import can_show, site_of


class ToolzuAdapter:
    """Yields the files that toolzu shows for a user or a post, batch by batch.

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
        if not can_show(target):
            detail = "Toolzu shows no stories. Choose another downloader of Instagram for them."
            raise MediaError(FailureKind.REFUSED, "UNSUPPORTED_URL", detail)
        site = site_of(context)
        with browser_page(context, "toolzu") as page:
            form = ToolzuPage(page, site, context, self._patience, self._answer_seconds, _solver(context))
            batches = form.batches(target)
            if target.is_single:
                yield from items_of_post(without_repeats(next(batches), set()), target)
                return
            for card in _wanted(batches, context.request.max_downloads, only_videos=target.kind is Kind.REELS):
                yield item_of_profile(card, target)


def _wanted(batches: Iterator[list[Card]], limit: int | None, *, only_videos: bool) -> Iterator[Card]:
    """The cards of all batches, each once; no further batch once ``limit`` posts were given."""
    seen: set[str] = set()
    posts: set[str] = set()
    for batch in batches:
        fresh = without_repeats(batch, seen)
        if not fresh:
            return  # the button brought nothing new
        for card in fresh:
            if card.is_video or not only_videos:
                posts.add(card.code or card.identity)
                yield card
        if limit is not None and len(posts) >= limit:
            return


def _solver(context: ListingContext) -> Solver | None:
    key = str(context.setting("toolzu.captcha_api_key") or "")
    return partial(solve_turnstile, context, key) if key else None
