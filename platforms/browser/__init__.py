"""A real browser for sites whose own script has to ask: see :class:`platforms.browser.page.BrowserPage`."""

from platforms.browser.installed import SETUP_HINT, browser_found
from platforms.browser.page import BrowserPage, PageAnswer, browser_page

__all__ = ["SETUP_HINT", "BrowserPage", "PageAnswer", "browser_found", "browser_page"]
