"""What holds for every page: accessible, no sideways scroll, light and dark, small on the wire."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import stage
from tests.browser.site import PASSWORD, served, sign_in

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PATHS = [
    "/",
    "/?links=https://www.instagram.com/savanna.daily/%20htps:/tiktok.com/@wingbeat",
    "/history",
    "/history?view=table",
    "/history?kept=1&status=failed&source=nobody",
    "/history/known",
    "/history/bin",
    "/history/adopt",
    "/platforms/review",
    "/history/3",
    "/queue",
    "/queue?open=1",
    "/scheduler?new",
    "/platforms",
    "/platforms?access=instagram",
    "/settings",
    "/settings/users",
    "/account",
    "/logs",
]
FIRST_PAGE_BYTES = 150_000


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page: Page, address: str, path: str) -> None:
    for width, scheme in ((1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(address + path)
        assert _violations(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")


def test_axe_finds_nothing_on_the_login_page(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/login")
    assert _violations(page) == []
    page.close()


def test_the_open_tab_is_in_sight_on_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/history/adopt")
    place = page.locator(".tabs [aria-current]").bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 360 + 1  # a browser rounds to fractions of pixels


def test_targets_on_a_phone_are_large_enough(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/queue")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .bottom-bar a, .row-actions a, .tabs a")]
          .filter(one => one.offsetParent && !one.matches(".link-button"))
          .map(one => one.getBoundingClientRect())
          .filter(box => box.width > 0 && Math.min(box.width, box.height) < 41).length"""
    )
    assert small == 0


def test_the_first_page_is_small_and_soon_usable(browser: Browser, tmp_path: Path) -> None:
    stage.fill(tmp_path, 0)
    with served(tmp_path) as address:
        context = browser.new_context()
        page = context.new_page()
        sign_in(page, address, PASSWORD)
        page.wait_for_load_state("networkidle")
        total = page.evaluate(
            """() => [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
              .reduce((sum, entry) => sum + (entry.transferSize || 0), 0)"""
        )
        ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        context.close()
    assert total < FIRST_PAGE_BYTES
    assert ready < 3000  # milliseconds on a busy machine; 1000 on an idle one


def test_below_a_base_path_everything_is_found(browser: Browser, tmp_path: Path) -> None:
    stage.fill(tmp_path, 0)
    with served(tmp_path, MEDIADL_BASE_PATH="/media") as address:
        context = browser.new_context()
        page = context.new_page()
        missing: list[str] = []
        page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
        sign_in(page, address, PASSWORD)
        page.wait_for_load_state("networkidle")
        for name in ("history", "queue", "scheduler", "platforms", "settings", "logs"):
            page.goto(f"{address}/{name}")
        context.close()
    assert missing == []
