"""Checks whether a person is there (Cloudflare's Turnstile): waited for, else a solver, else a person."""

from collections.abc import Callable

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from platforms.browser.page import BrowserPage

# A challenge page before the site, and a box inside its form.
CHECKS = ".cf-turnstile, #challenge-form, #challenge-running, iframe[src*='challenges.cloudflare.com']"
TOKEN_FIELDS = "input[name*=turnstile]"  # noqa: S105 - where a token is put, none itself
PATIENCE_SECONDS = 60.0  # seen to pass after 40
_STEP_SECONDS = 0.5
_CONSENT = (
    'button:text-is("Got it")',
    'button:text-is("Got it!")',
    'button:text-is("Consent")',
    'button:text-is("Accept all")',
)
_CONSENT_TRIES = 3

Solver = Callable[[str, str], str]
"""Given a box's site key and the page's URL, the token that the box would have."""


def open_form(page: BrowserPage, field: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the form's field is there, behind whatever check, and close boxes that cover it.

    Raises:
        MediaError: ``CAPTCHA_REQUIRED`` (needs a person) where a check does not pass by itself;
            ``SITE_CHANGED`` where there is neither a form nor a check.
    """
    deadline = clock.monotonic() + patience_seconds
    short_deadline = clock.monotonic() + min(patience_seconds, 10.0)
    while not page.wait(_STEP_SECONDS, shown={"field": field}, answers=False).seen:
        is_check = page.wait(0.1, shown={"check": CHECKS}, answers=False).seen
        if clock.monotonic() > (deadline if is_check else short_deadline):
            raise captcha_required() if is_check else no_form(page)
    for _ in range(_CONSENT_TRIES):
        if not page.click(*_CONSENT):
            return


def wait_for_token(page: BrowserPage, url: str, solver: Solver | None, patience_seconds: float) -> None:
    """Wait until the box in the form has passed, or let the solver pass it.

    Raises:
        MediaError: ``CAPTCHA_REQUIRED`` (needs a person).
    """
    deadline = clock.monotonic() + patience_seconds
    while not page.value(TOKEN_FIELDS):
        if clock.monotonic() > deadline:
            key = page.attribute("[data-sitekey]", "data-sitekey")
            if solver is None or not key:
                raise captcha_required()
            page.put(TOKEN_FIELDS, solver(key, url))
            return
        page.wait(_STEP_SECONDS, answers=False)


def captcha_required() -> MediaError:
    """The error for a check that does not pass."""
    return MediaError(
        FailureKind.NEEDS_PERSON,
        "CAPTCHA_REQUIRED",
        "The site wants to see that a person is there, and its check did not pass by itself. "
        "Try again later, choose another downloader, or set a captcha solver's key where the downloader has one.",
    )


def no_form(page: BrowserPage) -> MediaError:
    """The error for a page without its form."""
    from platforms.site_text import shown

    says = shown(page.text(), 160) or "nothing"
    return MediaError(
        FailureKind.SITE_CHANGED, "SITE_CHANGED", f"The site's page has no search form any more. It shows: {says}"
    )
