"""Settings, users, tokens, jobs, platforms and logs, as an admin uses them."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_number_out_of_range_is_told_while_typing_and_cannot_be_saved(page: Page, address: str) -> None:
    page.goto(f"{address}/settings")
    field = page.get_by_label("Retries", exact=True)
    field.fill("25")
    expect(page.get_by_text("Enter a number from 0 to 20.")).to_be_visible()
    bar = page.get_by_role("region", name="Changes")
    expect(bar).to_contain_text("1 needs correcting")
    expect(bar.get_by_role("button", name="Save")).to_be_disabled()
    field.fill("5")
    bar.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 setting saved")).to_be_visible()
    expect(page.get_by_label("Retries", exact=True)).to_have_value("5")


def test_a_token_is_shown_once_and_ended(page: Page, address: str) -> None:
    page.goto(f"{address}/account")
    page.get_by_label("Name", exact=True).fill("backup script")
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator(".new-token code")).to_contain_text("mdl_")
    page.goto(f"{address}/account")
    expect(page.locator(".new-token")).to_have_count(0)
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    expect(page.get_by_text("The token no longer works")).to_be_visible()


def test_a_job_is_made_with_the_help_of_the_preview(page: Page, address: str) -> None:
    page.goto(f"{address}/scheduler?new")
    page.get_by_label("Profile").fill("newsource")
    page.get_by_role("textbox", name="hour").fill("99")
    expect(page.locator("#cron-preview .bad")).to_be_visible()
    page.get_by_role("button", name="Daily").click()
    expect(page.locator("#cron-preview")).to_contain_text("06:00")
    expect(page.locator(".next-times li")).to_have_count(5)
    page.get_by_role("button", name="Create job").click()
    expect(page.locator(".job-row", has_text="newsource")).to_be_visible()
    page.get_by_role("switch", name="newsource, posts is on").click()
    expect(page.get_by_text("newsource, posts is off")).to_be_visible()


def test_a_source_is_followed_in_one_click(page: Page, address: str) -> None:
    page.goto(f"{address}/platforms?search=nightskies")
    page.locator(".source", has_text="nightskies").get_by_role("button", name="Follow").click()
    expect(page.get_by_text("nightskies is followed")).to_be_visible()


def test_a_download_is_started_from_its_form(page: Page, address: str) -> None:
    page.goto(f"{address}/platforms?start=web")
    page.get_by_label("Link", exact=True).fill("https://form.example/album")
    page.get_by_role("button", name="Start download").click()
    expect(page.get_by_text("form.example is in the queue")).to_be_visible()


def test_a_log_line_opens_and_filters_stand_in_the_url(page: Page, address: str) -> None:
    page.goto(f"{address}/logs")
    page.get_by_role("link", name="Errors").click()
    expect(page).to_have_url(f"{address}/logs?level=ERROR")
    page.locator(".log-line", has_text="Sign-in wanted").first.locator("summary").click()
    expect(page.get_by_text("8f14e45f-ceea-467f-a8f1-6f1b2c3d4e5f").first).to_be_visible()


def test_a_new_user_can_be_added_and_a_taken_name_is_told(page: Page, address: str) -> None:
    page.goto(f"{address}/settings/users")
    for name, expected in (("helper", "helper can sign in"), ("helper", "is taken")):
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Password", exact=True).fill("a-long-enough-Passw0rd")
        page.get_by_role("button", name="Add user").click()
        expect(page.get_by_text(expected)).to_be_visible()
