"""fastdl's page, used as a person uses it: the form is filled, the tabs are clicked, the list is scrolled."""

from collections.abc import Iterator
from typing import Any

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from platforms.browser import BrowserPage, PageAnswer
from platforms.browser.checks import CHECKS, TOKEN_FIELDS, captcha_required, open_form
from platforms.contract import ListingContext
from platforms.instagram.fastdl_answers import (
    is_captcha,
    next_cursor,
    raise_for_answer,
    raise_for_payload,
    raise_for_user,
)
from platforms.instagram.fastdl_site import ONE_LINK, POSTS, REELS, STORIES, USER_INFO, FastDlSite
from platforms.instagram.nodes import changed
from platforms.instagram.targets import Kind, Target

ANSWER_SECONDS = 45.0
_STEP_SECONDS = 1.0
_SUBMITS = 3
_MORE = (':is(button, a):text-matches("^\\\\s*(load|show|see) more", "i")',)
_PATHS = {Kind.POSTS: POSTS, Kind.STORIES: STORIES, Kind.REELS: REELS}
_ALL_PATHS = (USER_INFO, *POSTS, *STORIES, *REELS, *ONE_LINK)


class FastDlPage:
    """One use of the page; answers come as decoded JSON, each when it is asked for."""

    def __init__(
        self,
        page: BrowserPage,
        site: FastDlSite,
        context: ListingContext,
        patience_seconds: float,
        answer_seconds: float,
    ) -> None:
        self._page = page
        self._site = site
        self._context = context
        self._patience = patience_seconds
        self._answer_seconds = answer_seconds

    def answers(self, target: Target) -> Iterator[Any]:
        """The answers that hold the media, lazily.

        Raises:
            MediaError: the site refuses, asks for a check, is not understood, or the browser failed.
        """
        self._context.report("opening the site's page")
        self._page.open(self._site.page_url, answers=_ALL_PATHS)
        open_form(self._page, self._site.input, self._patience)
        self._page.fill(self._site.input, target.url if target.is_single else target.user)
        if target.is_single:
            yield _payload(self._submit(ONE_LINK))
            return
        raise_for_user(_payload(self._submit((USER_INFO,)), is_user=True))
        paths = _PATHS[target.kind]
        if target.kind is not Kind.POSTS:
            self._choose_tab(target.kind)
        yield from self._pages(paths)

    def _pages(self, paths: tuple[str, ...]) -> Iterator[Any]:
        seen: set[str] = set()
        while True:
            payload = _payload(self._await(paths, scroll=bool(seen)))
            yield payload
            cursor = next_cursor(payload)
            if not cursor:
                return
            if cursor in seen:
                raise changed("its pages go round in a circle")
            seen.add(cursor)
            self._context.report(f"page {len(seen) + 1}")

    def _submit(self, paths: tuple[str, ...]) -> PageAnswer:
        for _ in range(_SUBMITS):
            if not self._page.click(self._site.button):
                raise changed("the search form has no button")
            answer = self._await(paths)
            if not is_captcha(answer.status, answer.body, answer.headers):
                return answer
            self._wait_for_check()
        raise captcha_required()

    def _choose_tab(self, kind: Kind) -> None:
        tab = f':is(button, a, [role=tab], li):text-matches("^\\\\s*{kind.value}\\\\s*$", "i")'
        deadline = clock.monotonic() + self._answer_seconds
        while not self._page.click(tab):
            if clock.monotonic() > deadline:
                raise changed(f"there is no button for {kind.value}")
            self._page.wait(_STEP_SECONDS, answers=False, shown={"tab": tab})

    def _await(self, paths: tuple[str, ...], *, scroll: bool = False) -> PageAnswer:
        """The next answer of one of ``paths``; while a check is shown, for as long as checks may take."""
        deadline = clock.monotonic() + self._answer_seconds
        check_deadline = clock.monotonic() + self._patience
        has_submitted_again = False
        while True:
            if scroll and not self._page.click(*_MORE):
                self._page.scroll_to_end()
            answer = self._page.wait(_STEP_SECONDS).answer
            if answer is not None and answer.path.rstrip("/").endswith(paths):
                return answer
            if answer is not None:
                continue
            is_checking = bool(self._page.wait(0.1, shown={"check": CHECKS}, answers=False).seen)
            if is_checking and not has_submitted_again and self._page.value(TOKEN_FIELDS):
                has_submitted_again = True
                self._page.click(self._site.button)
            if clock.monotonic() > (check_deadline if is_checking else deadline):
                raise captcha_required() if is_checking else _no_answer(self._answer_seconds)

    def _wait_for_check(self) -> None:
        deadline = clock.monotonic() + self._patience
        while self._page.wait(0.1, shown={"check": CHECKS}, answers=False).seen:
            if self._page.value(TOKEN_FIELDS):
                return
            if clock.monotonic() > deadline:
                raise captcha_required()
            self._page.wait(_STEP_SECONDS, answers=False)


def _payload(answer: PageAnswer, *, is_user: bool = False) -> Any:
    raise_for_answer(answer.status, answer.headers, answer.body)
    payload = answer.json()
    if not is_user:
        raise_for_payload(payload)
    return payload


def _no_answer(seconds: float) -> MediaError:
    detail = f"The site's page got no answer within {seconds:.0f} s."
    return MediaError(FailureKind.TRANSIENT, "TIMEOUT", detail)
