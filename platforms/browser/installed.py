"""Which browser there is: a Chromium found on PATH, and Playwright to drive it."""

import importlib.util
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SETUP_HINT = (
    "It needs a browser on the server: install Chromium (Debian and Ubuntu: apt-get install chromium) "
    "where PATH leads, and start Media Downloader again."
)


def browser_path() -> str:
    """The program that is started; empty where there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), "")


def browser_found() -> bool:
    """Whether a page can be opened on this machine."""
    return bool(browser_path()) and importlib.util.find_spec("playwright") is not None
