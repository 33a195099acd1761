"""toolzu's page, used as a person uses it: a link or name into the form, then "next" for more cards."""

from collections.abc import Iterator

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from platforms.browser import BrowserPage, PageAnswer
from platforms.browser.checks import CHECKS, Solver, captcha_required, open_form, wait_for_token
from platforms.contract import ListingContext
from platforms.instagram.fastdl_answers import is_captcha, missing, private
from platforms.instagram.nodes import changed
from platforms.instagram.targets import Target
from platforms.instagram.toolzu_cards import Card, cards_in
from platforms.instagram.toolzu_site import CARD, NEXT, REFUSED, RESULTS, ToolzuSite
from platforms.site_text import shown

ANSWER_SECONDS = 60.0
_SUBMITS = 3
_STEP_SECONDS = 0.5
_SETTLE_SECONDS = 5.0
_MARKING = frozenset({400, 406, 422})  # a form that is not accepted
_SIGN_IN = ("sign in", "log in", "sign up")


class ToolzuPage:
    """One use of the page."""

    def __init__(  # noqa: PLR0913, PLR0917, RUF100 - what one use needs
        self,
        page: BrowserPage,
        site: ToolzuSite,
        context: ListingContext,
        patience_seconds: float,
        answer_seconds: float,
        solver: Solver | None,
    ) -> None:
        self._page = page
        self._site = site
        self._context = context
        self._patience = patience_seconds
        self._answer_seconds = answer_seconds
        self._solver = solver

    def batches(self, target: Target) -> Iterator[list[Card]]:
        """The cards that are shown, after each batch that was asked for; lazily.

        Raises:
            MediaError: the site refuses, asks for a check or a login, is not understood, or the browser failed.
        """
        url = self._site.base_url + self._site.path_for(target)
        self._context.report("opening the site's page")
        self._page.open(url, answers=self._site.posts)
        open_form(self._page, self._site.input, self._patience)
        self._page.fill(self._site.input, target.url if target.is_single else target.user)
        self._submit(url)
        cards = self._first_cards()
        while True:
            yield cards
            before = {card.identity for card in cards}
            if not self._page.click(f"{RESULTS} {NEXT}", NEXT):
                return
            self._context.report("next batch")
            cards = self._other_cards(before)

    def _submit(self, url: str) -> None:
        """Send the form until the check has passed: it marks its field as wrong before that."""
        for _ in range(_SUBMITS):
            if not self._page.click(self._site.button):
                raise changed("the search form has no button")
            answer = self._answer()
            if not is_captcha(answer.status, answer.body, answer.headers):
                if (error := answer.error()) and answer.status not in _MARKING:
                    raise error
                if not self._is_marked():
                    if error:
                        raise error
                    return
                if not self._has_check():
                    raise self._refusal()
            wait_for_token(self._page, url, self._solver, self._patience)
        raise captcha_required()

    def _is_marked(self) -> bool:
        """Whether the field is marked as wrong, and not the results shown."""
        shown_first = {"cards": f"{RESULTS} {CARD}", "refused": self._site.input + REFUSED}
        return self._page.wait(_SETTLE_SECONDS, shown=shown_first, answers=False).seen == "refused"

    def _answer(self) -> PageAnswer:
        deadline = clock.monotonic() + self._answer_seconds
        check_deadline = clock.monotonic() + self._patience
        while True:
            answer = self._page.wait(_STEP_SECONDS).answer
            if answer is not None:
                return answer
            is_checking = self._has_check()
            if clock.monotonic() > (max(check_deadline, deadline) if is_checking else deadline):
                if is_checking:
                    raise captcha_required()
                detail = f"The site's page got no answer within {self._answer_seconds:.0f} s."
                raise MediaError(FailureKind.TRANSIENT, "TIMEOUT", detail)

    def _has_check(self) -> bool:
        return bool(self._page.wait(0.1, shown={"check": CHECKS}, answers=False).seen)

    def _first_cards(self) -> list[Card]:
        if self._page.wait(_SETTLE_SECONDS, shown={"cards": f"{RESULTS} {CARD}"}, answers=False).seen:
            return self._cards()
        raise self._refusal()

    def _other_cards(self, before: set[str]) -> list[Card]:
        """The cards once there are others; those that were there before where nothing comes."""
        deadline = clock.monotonic() + self._answer_seconds
        while True:
            answer = self._page.wait(_STEP_SECONDS).answer
            if answer is not None and (error := answer.error()):
                raise error
            cards = self._cards()
            if any(card.identity not in before for card in cards) or clock.monotonic() > deadline:
                return cards

    def _cards(self) -> list[Card]:
        return cards_in(self._page.html(RESULTS), self._site.base_url)

    def _refusal(self) -> MediaError:
        """What the site says in place of cards."""
        html = self._page.html(RESULTS) or self._page.text()
        words = html.lower()
        if "private" in words:
            return private()
        if "not found" in words or "no posts" in words or "doesn't exist" in words:
            return missing()
        if any(word in words for word in _SIGN_IN):
            detail = "Toolzu wants an account of its own for this; upload cookies of a browser that is signed in there."
            return MediaError(FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", detail)
        return changed(f"it shows no results but: {shown(self._page.text(), 160)}")
