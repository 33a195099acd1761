"""What the page process says went wrong, in the engine's terms."""

from collections.abc import Mapping
from typing import Any

from mediadl.media import FailureKind, MediaError
from platforms.site_text import shown

_SENTENCES = {
    "start": ("BROWSER_NOT_STARTED", "The browser did not start."),
    "crashed": ("BROWSER_CRASHED", "The browser ended in the middle; another one is started for the next attempt."),
    "timeout": ("TIMEOUT", "The site's page did not answer in time."),
    "network": ("CONNECTION_FAILED", "The site could not be reached by the browser."),
    "hung": ("BROWSER_HUNG", "The browser did not answer any more; another one is started for the next attempt."),
}


def error_for(said: Mapping[str, Any]) -> MediaError:
    """The error for an answer with ``error`` in it; all but a page that is not understood may pass."""
    message = shown(str(said.get("message", "")))
    try:
        code, sentence = _SENTENCES[str(said.get("error", ""))]
    except KeyError:
        detail = f"The site's page is not as it used to be. The browser says: {message}"
        return MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", detail)
    return MediaError(FailureKind.TRANSIENT, code, f"{sentence} {message}".rstrip())
