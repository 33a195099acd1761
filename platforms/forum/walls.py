"""What a page that shows no posts says instead: log in, gone, or something that is no thread."""

import re

from selectolax.lexbor import LexborNode

from mediadl.media import FailureKind, MediaError
from platforms.forum.thread_page import Document
from platforms.site_text import shown

_LOGIN_FORMS = 'form[action*="login"] input[type=password], form#login, input[type=password]'
_MESSAGES = (
    "#message", ".login-title", ".blockMessage", ".blockrow", ".standard_error", ".errorPage", ".ipsMessage_error",
    ".error-page", ".messageBody", ".panelsurround", ".alert-danger", ".page-not-found",
)  # fmt: skip
_LOGIN_WORDS = re.compile(
    r"(?:must|need to|have to|be) (?:be )?(?:registered and )?(?:log|logg|sign)(?:ged|ed)?[ -]?in|log in or|"
    r"not logged in|members only|do not have permission|not have sufficient permission|nicht angemeldet|"
    r"registered and logged in|insufficient privileges",
    re.IGNORECASE,
)
_GONE_WORDS = re.compile(
    r"(?:topic|thread|page|discussion|post)\W+(?:you requested )?(?:could not be found|does not exist|not found|"
    r"(?:has|was|is) (?:been )?(?:deleted|removed)|(?:is )?no longer (?:exists?|available))|"
    r"requested (?:topic|thread|page|post)s? (?:does not exist|could not be found)|"
    r"(?:no|invalid) (?:thread|topic|post) specified|invalid (?:thread|topic)|thema existiert nicht",
    re.IGNORECASE,
)
_TEXT_CHARACTERS = 5_000


def why_no_posts(document: Document) -> MediaError:
    """The error for a page without posts."""
    root = document.root
    said = _message(root) if root is not None else ""
    text = said or (_text(root) if root is not None else "")
    has_form = root is not None and root.css_first(_LOGIN_FORMS) is not None
    if _GONE_WORDS.search(text):
        return thread_gone(said)
    if has_form or _LOGIN_WORDS.search(text):
        return login_required(said)
    detail = (
        "No posts were found on the page, so it is no thread, or its forum has changed. Open the link in a browser; "
        "the platform web gets the media of any single page."
    )
    return MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", detail)


def thread_gone(said: str = "", status: int | None = None) -> MediaError:
    """The forum does not have the thread any more."""
    tail = f" It says: {shown(said, 150)}" if said else ""
    detail = f"The thread does not exist any more: it was deleted, or moved where the link does not lead.{tail}"
    return MediaError(FailureKind.GONE, "THREAD_GONE", detail, status=status)


def login_required(said: str = "", status: int | None = None) -> MediaError:
    """The forum shows the thread to its members only."""
    tail = f" It says: {shown(said, 150)}" if said else ""
    detail = f"The forum shows this thread to members only: upload the cookies of a signed-in browser.{tail}"
    return MediaError(FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", detail, status=status)


def in_thread_terms(error: MediaError) -> MediaError:
    """What the status of a thread's own page means."""
    if error.kind is FailureKind.GONE:
        return thread_gone(status=error.status)
    if error.kind is FailureKind.NEEDS_PERSON and error.code == "LOGIN_REQUIRED":
        return login_required(status=error.status)
    return error


def _message(root: LexborNode) -> str:
    """What the page says in the places where programs put messages."""
    for selector in _MESSAGES:
        if (node := root.css_first(selector)) is not None and (text := " ".join(node.text(separator=" ").split())):
            return text[:_TEXT_CHARACTERS]
    return ""


def _text(root: LexborNode) -> str:
    """The page's words, without its menus and scripts."""
    body = root.css_first("body")
    if body is None:
        return ""
    for node in body.css("script, style, noscript, nav, footer"):
        node.decompose()
    return " ".join(body.text(separator=" ").split())[:_TEXT_CHARACTERS]
