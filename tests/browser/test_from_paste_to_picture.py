"""A person's way through the whole product: sign in, paste three links, watch, find the pictures."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pasting import paste
from tests.fakes.corpus import picture
from tests.fakes.media_server import MediaServer
from tests.product.running import ADMIN, PASSWORD, Product

pytestmark = [pytest.mark.browser, pytest.mark.product]
PICTURES = 8
DONE_MILLISECONDS = 60_000


@pytest.fixture
def site() -> Iterator[MediaServer]:
    """A gallery of pictures, and one file whose second half is held back."""
    with MediaServer() as server:
        for number in range(PICTURES):
            server.add(f"/media/{number}.jpg", _jpeg(number))
        server.add("/held/slow.jpg", _jpeg(99, 2400))
        server.add("/held/plain.jpg", _jpeg(98))
        server.hold("/held/slow.jpg", after_bytes=20_000)
        yield server


def _jpeg(seed: int, width: int = 800) -> bytes:
    buffer = io.BytesIO()
    picture(width, width * 3 // 4, seed).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """The whole product, its worker included."""
    made = Product(tmp_path / "data")
    made.start()
    yield made
    made.close()


def _sign_in(page: Page, product: Product) -> None:
    page.goto(f"{product.address}/login")
    page.get_by_label("Name", exact=True).fill(ADMIN)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{product.address}/")


def test_three_links_are_pasted_watched_and_found_in_the_history(
    browser: Browser, product: Product, site: MediaServer
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    _sign_in(page, product)
    page.evaluate("window.notReloaded = true")
    paste(page, "\n".join([site.gallery_url, site.url_of("/held/slow.jpg"), site.url_of("/held/plain.jpg")]))
    page.get_by_role("button", name="Start 3 downloads").click()

    slow = page.locator(".run", has_text="/held/slow.jpg")
    expect(slow.locator(".strip, .bar")).to_be_visible(timeout=DONE_MILLISECONDS)
    expect(page.locator("#newest .tile:visible").first).to_be_visible(timeout=DONE_MILLISECONDS)
    site.release("/held/slow.jpg")
    expect(slow).to_have_count(0, timeout=DONE_MILLISECONDS)
    expect(page.get_by_role("heading", name="Nothing runs")).to_be_visible(timeout=DONE_MILLISECONDS)
    assert page.evaluate("window.notReloaded") is True

    page.goto(f"{product.address}/history")
    tiles = page.locator(".tile img")
    expect(tiles).to_have_count(PICTURES + 2)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tile img')].every(image => image.complete && image.naturalWidth > 0)"
    )
    page.goto(f"{product.address}/queue?status=completed")
    expect(page.locator(".queue-row")).to_have_count(3)
    context.close()
