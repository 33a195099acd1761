"""The review page: two pictures side by side, the keys that decide, undo; and the recycle bin's page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import stage

pytestmark = pytest.mark.browser


def _stored(page: Page, address: str, source: str) -> list[dict]:
    """The source's downloads, as the API tells them."""
    items: list[dict] = page.request.get(f"{address}/api/v1/downloads?source={source}&sort=file_size").json()["items"]
    return items


def _bytes(page: Page, address: str, download_id: int) -> bytes:
    return page.request.get(f"{address}/api/v1/downloads/{download_id}/file").body()


def test_pairs_are_decided_by_keys_and_a_replacement_is_undone(page: Page, address: str, data_dir: Path) -> None:
    stage.add_pairs(data_dir, ["wing.one", "wing.two", "wing.three"], cut=20)
    small, large = _stored(page, address, "wing.one")
    before, larger = _bytes(page, address, small["id"]), _bytes(page, address, large["id"])

    page.goto(f"{address}/platforms/review?search=wing.one")
    expect(page.get_by_role("heading", name="1 of 1")).to_contain_text("wing.one")
    pictures = page.locator(".review-pictures img")
    expect(pictures).to_have_count(2)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.review-pictures img')].every(one => one.complete && one.naturalWidth)"
    )
    expect(page.get_by_text("Why you are asked")).to_be_visible()
    page.get_by_role("button", name="Difference").click()
    expect(page.locator("[data-mode=difference]")).to_be_visible()
    page.get_by_role("button", name="Slider").click()
    expect(page.get_by_role("slider")).to_be_visible()

    page.goto(f"{address}/platforms/review")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#pair-title")).to_contain_text("wing.one")
    page.keyboard.press("Enter")
    expect(page.locator("#pair-title")).to_contain_text("wing.two")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("b")
    expect(page.locator("#pair-title")).to_contain_text("wing.three")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Nothing to compare")).to_be_visible()

    [now] = _stored(page, address, "wing.one")
    assert (now["id"], now["metadata"]["upgraded"]) == (small["id"], True)
    assert _bytes(page, address, now["id"]) == larger
    assert len(_stored(page, address, "wing.two")) == 2
    assert len(_stored(page, address, "wing.three")) == 2

    page.locator(".replaced-row", has_text="wing.one").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is back as it was")).to_be_visible()
    [again] = _stored(page, address, "wing.one")
    assert (again["id"], again["metadata"]["upgraded"]) == (small["id"], False)
    assert _bytes(page, address, again["id"]) == before


def test_enter_on_the_slider_or_a_button_decides_nothing(page: Page, address: str, data_dir: Path) -> None:
    stage.add_pairs(data_dir, ["slid.one"], cut=20)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.goto(f"{address}/platforms/review?search=slid.one")
    page.get_by_role("button", name="Slider").press("Enter")
    slider = page.get_by_role("slider")
    slider.press("ArrowRight")
    slider.press("Enter")
    page.get_by_role("searchbox").press("Escape")
    page.get_by_role("button", name="Difference").press("Enter")
    expect(page.locator("[data-mode=difference]")).to_be_visible()
    assert sent == []
    assert len(_stored(page, address, "slid.one")) == 2
    page.locator("#pair-title").click()
    page.locator("body").press("n")
    expect(page.get_by_role("heading", name="Nothing to compare")).to_be_visible()


def test_a_deleted_file_is_restored_from_the_recycle_bin(page: Page, address: str, data_dir: Path) -> None:
    stage.add_pairs(data_dir, ["bin.one"], cut=0)
    [upgraded] = _stored(page, address, "bin.one")
    before = _bytes(page, address, upgraded["id"])
    stage.run_in(
        data_dir,
        f"\nfrom downloads.services import delete_download\n"
        f"delete_download(download_id={upgraded['id']}, delete_file=True)\n",
    )
    page.goto(f"{address}/history/bin")
    row = page.locator(".forgotten-row", has_text=upgraded["filename"][:12]).filter(has_text="deleted")
    expect(row).to_have_count(1)
    page.get_by_role("button", name="Empty the bin").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="for good").click()
    expect(page.get_by_role("dialog")).to_contain_text("is removed for good")
    page.keyboard.press("Escape")
    row.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The file is back in your library")).to_be_visible()
    [again] = _stored(page, address, "bin.one")
    assert _bytes(page, address, again["id"]) == before
