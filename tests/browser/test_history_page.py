"""The gallery and the table: looking, selecting, deleting, keyboard."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_the_gallery_goes_on_while_one_scrolls(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    first = page.locator(".tile").count()
    page.keyboard.press("End")
    expect(page.locator(".gallery-more")).to_have_count(0)
    assert page.locator(".tile").count() > first


def test_rows_fill_the_width_and_keep_the_pictures_shape(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    page.wait_for_selector(".tiles.justified")
    days = page.locator(".day").evaluate_all(
        """days => days.map(day => [...day.querySelectorAll(".tile")].map(tile => {
          const box = tile.getBoundingClientRect();
          return [box.top, box.left, box.right, box.height, tile.parentElement.getBoundingClientRect().right];
        }))"""
    )
    rows = [([box for box in boxes if abs(box[0] - boxes[0][0]) < 2], boxes) for boxes in days if boxes]
    # A day's last row is not stretched, and just after midnight a day has no other.
    first_row = next(row for row, boxes in rows if len(row) < len(boxes))
    assert abs(first_row[-1][2] - first_row[-1][4]) <= 2
    assert 130 <= first_row[0][3] <= 190


def test_shift_click_selects_a_range_and_escape_lets_go(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    boxes = page.locator(".tile-check")
    boxes.nth(1).click(force=True)
    boxes.nth(5).click(force=True, modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selection")
    expect(bar).to_contain_text("5 selected")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def test_deleting_names_what_is_lost_and_removes_the_tiles(page: Page, address: str) -> None:
    page.goto(f"{address}/history?source=nightskies")
    boxes = page.locator(".tile-check")
    ids = [boxes.nth(n).get_attribute("value") for n in (0, 1)]
    boxes.nth(0).click(force=True)
    boxes.nth(1).click(force=True)
    page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete 2 files?")
    dialog.get_by_role("button", name="Keep them").click()
    expect(page.locator(f"#tile-{ids[0]}")).to_have_count(1)
    page.get_by_role("button", name="Delete…").click()
    dialog.get_by_role("button", name="Delete 2 files").click()
    expect(page.get_by_text("2 files deleted")).to_be_visible()
    expect(page.locator(f"#tile-{ids[0]}")).to_have_count(0)
    page.reload()
    expect(page.locator(f"#tile-{ids[1]}")).to_have_count(0)
    page.goto(f"{address}/history/known")
    expect(page.locator(".forgotten-row", has_text="nightskies")).to_have_count(2)


def test_the_lightbox_steps_by_keys_and_has_its_own_link(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    links = page.locator(".tile > a")
    first, second = (links.nth(n).get_attribute("data-open") for n in (0, 1))
    links.first.click()
    box = page.locator("#lightbox")
    expect(box.locator(f"[data-shown='{first}']")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(box.locator(f"[data-shown='{second}']")).to_be_visible()
    expect(page).to_have_url(f"{address}/history/{second}")
    expect(box.locator("[data-position]")).to_contain_text("2 of")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page).to_have_url(f"{address}/history")
    page.goto(f"{address}/history/{second}")
    expect(page.locator(f"[data-shown='{second}']")).to_be_visible()


def test_keeping_from_the_lightbox_shows_at_once(page: Page, address: str) -> None:
    page.goto(f"{address}/history?source=savanna.daily&status=completed")
    tile = page.locator(".tile:not(:has(.tile-pin))").first
    tile_id = tile.get_attribute("data-id")
    tile.locator("a").click()
    page.locator("#lightbox").get_by_role("button", name="Keep").click()
    expect(page.locator("#lightbox").get_by_role("button", name="Kept")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f"#tile-{tile_id} .tile-pin")).to_have_count(1)


def test_filters_stand_in_the_url_and_an_empty_result_says_which_to_drop(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    page.locator("summary", has_text="Platform").click()
    page.get_by_role("link", name="TikTok").click()
    expect(page).to_have_url(f"{address}/history?platform=tiktok")
    page.goto(f"{address}/history?platform=tiktok&status=failed&upgraded=1")
    expect(page.get_by_role("heading", name="No file matches these three filters")).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".tile").first).to_be_visible()


def test_keys_move_through_the_tiles_and_select(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".tile-check").nth(1)).to_be_checked()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-search-field]")).to_be_focused()


def test_tags_are_typed_beside_the_open_file_without_moving_on(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    page.locator(".tile [data-open]").nth(2).click()
    box = page.locator("#lightbox")
    shown = box.locator("[data-shown]").get_attribute("data-shown")
    box.get_by_label("Tags, with commas between").click()
    page.keyboard.type("jkix, Night sky")
    box.get_by_label("Note").fill("Framed in the hall.")
    box.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Tags and note are saved")).to_be_visible()
    expect(box.get_by_label("Tags, with commas between")).to_have_value("jkix, night sky")
    assert box.locator("[data-shown]").get_attribute("data-shown") == shown
    box.get_by_role("link", name="night sky").click()
    page.wait_for_url(f"{address}/history?tag=night%20sky")
    expect(page.locator(".tile")).to_have_count(1)
