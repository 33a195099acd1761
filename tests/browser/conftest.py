"""A served demo archive and a Chromium for all browser tests; each test gets a fresh, signed-in page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import stage
from tests.browser.site import PASSWORD, chromium, served, sign_in

DOWNLOADS = 90
PATIENCE_MILLISECONDS = 20_000  # the machine may be busy
expect.set_options(timeout=PATIENCE_MILLISECONDS)
VIEWPORT = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that is served."""
    folder = tmp_path_factory.mktemp("archive")
    stage.fill(folder, DOWNLOADS)
    return folder


@pytest.fixture(scope="session")
def address(data_dir: Path) -> Iterator[str]:
    """Where it is served."""
    with served(data_dir) as at:
        yield at


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with chromium() as one:
        yield one


@pytest.fixture(scope="session")
def cookies(browser: Browser, address: str) -> dict:
    """A signed-in browser's cookies: signing in costs a password hash."""
    context = browser.new_context()
    sign_in(context.new_page(), address, PASSWORD)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def context(browser: Browser, cookies: dict) -> Iterator[BrowserContext]:
    """A signed-in browser without motion."""
    one = browser.new_context(storage_state=cookies, viewport=VIEWPORT, reduced_motion="reduce")
    yield one
    one.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail and no policy may be broken."""
    one = context.new_page()
    problems: list[str] = []
    one.on("pageerror", lambda error: problems.append(str(error)))
    one.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    one.set_default_timeout(PATIENCE_MILLISECONDS)
    go_to = one.goto

    def go_to_and_wait(url: str, **options: Any) -> Any:
        """A person presses nothing before the page's scripts have started."""
        answer = go_to(url, **options)
        one.wait_for_selector("html[data-ready]", state="attached")
        return answer

    one.goto = go_to_and_wait
    yield one
    unexpected = [text for text in problems if "the server responded with a status of 4" not in text]
    assert unexpected == []
