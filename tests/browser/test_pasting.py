"""From pasted links to rows that move, without a reload."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import stage

pytestmark = pytest.mark.browser


def paste(page: Page, text: str) -> None:
    """Paste a text into the box as a person does."""
    field = page.get_by_label("Links, one on each line")
    field.focus()
    field.evaluate(
        """(field, text) => {
          const data = new DataTransfer();
          data.setData("text", text);
          field.value = text;
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        text,
    )


def test_pasted_links_become_rows_start_and_move_by_themselves(page: Page, address: str, data_dir: Path) -> None:
    urls = [f"https://pictures.example/album/{n}" for n in (1, 2, 3)]
    page.goto(f"{address}/")
    paste(page, "\n".join(urls))
    expect(page.locator(".paste-row")).to_have_count(3)
    page.get_by_role("button", name="Start 3 downloads").click()
    expect(page.get_by_text("3 downloads started")).to_be_visible()
    expect(page.locator(".paste-row")).to_have_count(0)
    page.evaluate("window.notReloaded = true")

    stage.start_item(data_dir, urls[0], done=2, total=10)
    row = page.locator(".run", has_text="pictures.example/album/1")
    expect(row).to_contain_text("2 of 10")
    expect(row.locator(".strip .full")).to_have_count(2)
    expect(row).to_contain_text("1.5 MB/s")

    stage.start_item(data_dir, urls[0], done=7, total=10)
    expect(row).to_contain_text("7 of 10")
    expect(row.locator(".strip .full")).to_have_count(7)
    assert page.evaluate("window.notReloaded") is True


def test_what_is_no_link_says_why_and_offers_what_was_meant(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    paste(page, "htps:/tiktok.com/@wingbeat")
    row = page.locator(".paste-row")
    expect(row).to_contain_text("Not a link yet.")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    row.get_by_role("button", name="Use it").click()
    expect(row).to_contain_text("files here, last seen")
    expect(page.get_by_role("button", name="Start 1 download")).to_be_enabled()
    row.get_by_role("button", name="Remove wingbeat").click()
    expect(row).to_have_count(0)


def test_a_link_that_waits_already_stays_in_the_box_and_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    for _ in range(2):
        paste(page, "https://pictures.example/twice")
        page.get_by_role("button", name="Start 1 download").click()
        page.wait_for_load_state("networkidle")
    expect(page.locator(".paste-row")).to_contain_text("in the queue already")


def test_a_shared_link_fills_the_box(page: Page, address: str) -> None:
    page.goto(f"{address}/?title=x&text=look&url=https://pictures.example/shared")
    expect(page.locator(".paste-row")).to_contain_text("pictures.example/shared")


def test_what_a_site_calls_itself_is_only_text(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    paste(page, "https://pictures.example/<img/src=x/onerror=alert(1)>")
    expect(page.locator(".paste-row")).to_have_count(1)
    expect(page.locator(".paste-row img")).to_have_count(0)
