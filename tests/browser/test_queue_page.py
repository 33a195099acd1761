"""The queue's page: why things wait, and changing it by mouse and keys."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_an_open_row_shows_what_became_of_each_file(page: Page, address: str) -> None:
    page.goto(f"{address}/queue")
    row = page.locator(".queue-row", has_text="instagram.com/savanna.daily").first
    row.get_by_label("Details of savanna.daily").click()
    expect(row).to_contain_text("10 downloaded")
    expect(row.locator(".file.failed")).to_have_count(1)
    expect(row).to_contain_text("its owner removed it")
    expect(row.get_by_label("Details of savanna.daily")).to_have_attribute("aria-expanded", "true")


def test_waiting_rows_say_why(page: Page, address: str) -> None:
    page.goto(f"{address}/queue?status=pending")
    expect(page.locator(".queue-row", has_text="nightskies")).to_contain_text("Waits for the hourly limit")
    expect(page.locator(".queue-row", has_text="Big cats of the Serengeti")).to_contain_text("Tries again at")
    expect(page.locator(".queue-row", has_text="harvest.table")).to_contain_text("Waits for a free transfer")


def test_a_number_gives_the_focused_item_its_priority(page: Page, address: str) -> None:
    page.goto(f"{address}/queue?status=pending")
    row = page.locator(".queue-row", has_text="Big cats of the Serengeti")
    row.locator(".row-name").focus()
    page.keyboard.press("1")
    expect(page.locator(".queue-row").first).to_contain_text("Big cats of the Serengeti")
    expect(row.locator("select")).to_have_value("1")


def test_pausing_moves_the_row_and_resuming_brings_it_back(page: Page, address: str) -> None:
    page.goto(f"{address}/queue")
    row = page.locator(".queue-row", has_text="albums/palaces-8")
    row.get_by_role("button", name="Pause").click()
    expect(page.locator("#section-paused", has_text="albums/palaces-8")).to_be_visible()
    row.get_by_role("button", name="Resume").click()
    expect(page.locator("#section-next", has_text="albums/palaces-8")).to_be_visible()


def test_several_are_removed_after_a_question(page: Page, address: str) -> None:
    page.goto(f"{address}/queue")
    row = page.locator(".queue-row", has_text="albums/palaces-9")
    row.locator(".check").click(force=True)
    page.get_by_role("region", name="Selection").get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove 1 item").click()
    expect(row).to_have_count(0)


def test_a_list_is_imported_with_an_answer_for_each_bad_line(page: Page, address: str) -> None:
    page.goto(f"{address}/queue")
    page.get_by_role("button", name="Import").click()
    page.get_by_label("Or paste them").fill("https://imported.example/a\nnot a link\nhttps://imported.example/b")
    page.get_by_role("dialog").get_by_role("button", name="Import").click()
    expect(page.get_by_text("2 of 3 lines were added.")).to_be_visible()
    expect(page.locator(".import-errors li")).to_have_count(1)
