"""The login page as a person meets it."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.site import PASSWORD, sign_in

pytestmark = pytest.mark.browser


def test_a_wrong_password_says_so_and_keeps_the_name(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/queue?status=failed")
    page.get_by_label("Name", exact=True).fill("admin")
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Name or password is not right.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/queue?status=failed")
    page.close()


def test_signing_in_works_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address, PASSWORD)
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    context.close()


def test_signing_out_ends_the_session(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, address, PASSWORD, "viewer")
    page.get_by_label("viewer, account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{address}/login")
    page.goto(f"{address}/history")
    page.wait_for_url(f"{address}/login?next=%2Fhistory")
    context.close()


def test_a_viewer_sees_no_buttons_that_change_something(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, address, PASSWORD, "viewer")
    expect(page.get_by_label("Links, one on each line")).to_have_count(0)
    page.goto(f"{address}/queue")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    page.goto(f"{address}/settings")
    expect(page.get_by_role("heading", name="This page is not for your role")).to_be_visible()
    context.close()
