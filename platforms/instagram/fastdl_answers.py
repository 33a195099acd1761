"""What fastdl's answers say besides media: refusals, private and missing accounts, whether more follows."""

import re
from collections.abc import Mapping
from typing import Any

from mediadl.media import FailureKind, MediaError
from mediadl.net.failures import error_for_page
from mediadl.net.headers import HeaderMap
from platforms.browser.checks import captcha_required
from platforms.instagram.nodes import changed
from platforms.site_text import shown

_PRIVATE = re.compile(r"\bprivate\b", re.IGNORECASE)
_MISSING = re.compile(r"not found|not exist|no such|unavailable|deleted", re.IGNORECASE)
_CAPTCHA = re.compile(r"captcha", re.IGNORECASE)
_WAIT = re.compile(r"too many|rate limit|try again later|please wait", re.IGNORECASE)
_NO_CURSOR = {"", "None", "null"}


def is_captcha(status: int, body: str, headers: Mapping[str, str]) -> bool:
    """Whether the site wants a check to be passed before it answers."""
    return "cf-mitigated" in headers or (status in {401, 403, 422} and bool(_CAPTCHA.search(body[:2000])))


def raise_for_answer(status: int, headers: Mapping[str, str], body: str) -> None:
    """Raise what an answer other than a success means.

    Raises:
        MediaError: ``CAPTCHA_REQUIRED``, told to wait, transient, gone; a refusal of the page's own
            request is ``SITE_CHANGED``.
    """
    if is_captcha(status, body, headers):
        raise captcha_required()
    if status in {401, 403}:
        raise changed(f"it refuses its own page's request (HTTP {status}): {shown(body, 120)}")
    if error := error_for_page(status, HeaderMap(list(headers.items()))):
        raise error


def raise_for_payload(payload: Any) -> None:
    """Raise what a refusal with HTTP 200 (``success: false``) means.

    Raises:
        MediaError: ``PRIVATE``, ``NOT_FOUND``, ``CAPTCHA_REQUIRED``, told to wait; else ``SITE_CHANGED``.
    """
    if not isinstance(payload, Mapping) or payload.get("success", True) is not False:
        return
    says = shown(str(payload.get("message") or payload.get("response_type") or payload.get("error") or ""), 160)
    if _CAPTCHA.search(says):
        raise captcha_required()
    if _PRIVATE.search(says):
        raise private()
    if _WAIT.search(says):
        raise MediaError(FailureKind.TOLD_TO_WAIT, "SITE_BUSY", f"The site says: {says}", retry_after=300.0)
    if _MISSING.search(says):
        raise missing()
    raise changed(f"it says: {says}")


def raise_for_user(payload: Any) -> None:
    """Raise where a user cannot be listed.

    Raises:
        MediaError: ``PRIVATE``, ``NOT_FOUND`` or ``SITE_CHANGED``.
    """
    raise_for_payload(payload)
    result = payload.get("result") if isinstance(payload, Mapping) else None
    if not isinstance(result, list):
        raise changed("the answer about the user is another one")
    if not result:
        raise missing()
    user = result[0].get("user") if isinstance(result[0], Mapping) else None
    if not isinstance(user, Mapping):
        raise changed("the answer about the user is another one")
    if user.get("is_private"):
        raise private()


def next_cursor(payload: Any) -> str:
    """Where the next page begins; empty at the end."""
    result = payload.get("result") if isinstance(payload, Mapping) else None
    info = result.get("page_info") if isinstance(result, Mapping) else None
    if not isinstance(info, Mapping) or not info.get("has_next_page"):
        return ""
    cursor = str(info.get("end_cursor") or "")
    return "" if cursor in _NO_CURSOR else cursor


def private() -> MediaError:
    """The error for an account that only its followers see."""
    detail = "The account is private: only Instagram with the cookies of a follower can show it."
    return MediaError(FailureKind.NEEDS_PERSON, "PRIVATE", detail)


def missing() -> MediaError:
    """The error for an account or post that is not there."""
    return MediaError(FailureKind.GONE, "NOT_FOUND", "The site says that there is no such account or post.")
