"""A profile fetched small through fastdl, then large through toolzu: over the API, and seen and undone on the pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.instagram_posts import FakeUser
from tests.fakes.media_server import MediaServer
from tests.fakes.site_fastdl import FastDlFake
from tests.fakes.site_toolzu import ToolzuFake
from tests.product.running import ADMIN, PASSWORD, Product, wait_for
from tests.unit.downloads.upgrade.albums import jpeg
from tests.unit.downloads.upgrade.pairs import drawn_scene

pytestmark = [pytest.mark.browser, pytest.mark.product]
POSTS = 3
PATIENCE_SECONDS = 150
SCENES = [drawn_scene(70 + number) for number in range(POSTS)]


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """The whole product, its worker included."""
    made = Product(tmp_path / "data")
    made.start()
    yield made
    made.close()


def _serve(server: MediaServer, user: FakeUser, side: int) -> None:
    for post, scene in zip(user.posts, SCENES, strict=True):
        server.add(urlsplit(post.url(post.pk)).path, jpeg(scene, side))


def _fetch(product: Product, downloader: str) -> dict[str, Any]:
    """Fetch the profile with one downloader, to its end."""
    body = {"url": "https://www.instagram.com/ann/", "source": "ann", "content_type": "posts", "downloader": downloader}
    item = product.request("POST", "/api/v1/queue", {"platform": "instagram", **body}).json()

    def ended() -> dict[str, Any] | None:
        row: dict[str, Any] = product.request("GET", f"/api/v1/queue/{item['id']}").json()
        return row if row["status"] in ("completed", "failed") else None

    row: dict[str, Any] = wait_for(ended, PATIENCE_SECONDS, f"{downloader} has fetched the profile")
    assert row["status"] == "completed", row
    return row


def _library(product: Product) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = product.request("GET", "/api/v1/downloads?source=ann&sort=post_date").json()["items"]
    return items


def test_small_pictures_give_way_to_larger_ones_and_come_back(browser: Browser, product: Product) -> None:
    with MediaServer() as small_server, MediaServer() as large_server:
        fastdl, toolzu = FastDlFake(small_server), ToolzuFake(large_server)
        _serve(small_server, fastdl.user("ann", posts=POSTS), 400)
        _serve(large_server, toolzu.user("ann", POSTS), 900)
        addresses = {"fastdl": {"base_url": small_server.base_url}, "toolzu": {"base_url": large_server.base_url}}
        changed = product.request("PATCH", "/api/v1/settings", {"platforms": {"instagram": addresses}})
        assert changed.status == 200, changed.body

        _fetch(product, "fastdl")
        small = _library(product)
        assert {row["metadata"]["resolution"] for row in small} == {"400x300"}
        _fetch(product, "toolzu")

        def upgraded() -> list[dict[str, Any]] | None:
            rows = _library(product)
            return rows if len(rows) == POSTS and all(row["metadata"]["upgraded"] for row in rows) else None

        large = wait_for(upgraded, PATIENCE_SECONDS, "all pictures are replaced")
    assert {row["id"] for row in large} == {row["id"] for row in small}
    assert {row["metadata"]["resolution"] for row in large} == {"900x675"}

    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{product.address}/login")
    page.get_by_label("Name", exact=True).fill(ADMIN)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{product.address}/")
    page.goto(f"{product.address}/platforms/review")
    rows = page.locator(".replaced-row")
    expect(rows).to_have_count(POSTS)
    rows.first.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is back as it was")).to_be_visible()
    expect(rows).to_have_count(POSTS - 1)
    [again] = [row for row in _library(product) if not row["metadata"]["upgraded"]]
    [before] = [row for row in small if row["id"] == again["id"]]
    assert (again["file_hash"], again["metadata"]["resolution"]) == (before["file_hash"], "400x300")
    page.context.close()
