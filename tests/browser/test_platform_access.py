"""The platforms' page: cookies uploaded, checked and removed; a source followed; a proxy set."""

import pytest
from playwright.sync_api import Page, expect

from tests.unit.platforms.test_cookie_upload import line

pytestmark = pytest.mark.browser
SECRET = "v3ry-s3cret-c00kie"


def test_cookies_are_uploaded_checked_and_removed(page: Page, address: str) -> None:
    page.goto(f"{address}/platforms")
    panel = page.locator("#access")
    panel.get_by_text("Upload cookies", exact=True).click()
    panel.get_by_label("Site", exact=True).fill("instagram")
    panel.get_by_label("Or paste it").fill(line("csrftoken", SECRET))
    panel.get_by_role("button", name="Check and save").click()
    expect(page.get_by_text("There is no sign-in among these cookies")).to_be_visible()

    panel.get_by_label("Or paste it").fill("")
    exported = line("sessionid", SECRET).encode()
    panel.get_by_label("File").set_input_files({"name": "cookies.txt", "mimeType": "text/plain", "buffer": exported})
    panel.get_by_role("button", name="Check and save").click()
    expect(page.get_by_text("Cookies of instagram are saved")).to_be_visible()
    expect(panel.locator(".site", has_text="Instagram")).to_contain_text("Signed in, 1 cookie")
    assert SECRET not in page.content()
    page.reload()
    assert SECRET not in page.content()

    page.get_by_role("button", name="Remove Instagram").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(panel.locator(".site")).to_have_count(0)


def test_a_proxy_is_set_and_its_password_hidden(page: Page, address: str) -> None:
    page.goto(f"{address}/platforms")
    panel = page.locator("#access")
    panel.get_by_text("Set a proxy or user agent").click()
    panel.get_by_label("Platform or host").fill("forum.example.org")
    panel.get_by_label("Proxy").fill("socks5://me:pr0xy-s3cret@proxy.example:1080")
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(panel.locator(".site")).to_contain_text("socks5://***@proxy.example:1080")
    assert "pr0xy-s3cret" not in page.content()
    page.get_by_role("button", name="Remove forum.example.org").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(panel.locator(".site")).to_have_count(0)


def test_a_source_is_followed_by_a_job(page: Page, address: str) -> None:
    page.goto(f"{address}/platforms?start=tiktok")
    form = page.locator(".side-form", has_text="Start a download")
    form.get_by_label("Profile").fill("@followed.here")
    form.get_by_label("Newest").fill("7")
    form.get_by_label("Or follow it").select_option(label="Every 12 hours")
    form.get_by_role("button", name="Follow").click()
    expect(page.get_by_text("followed.here is followed")).to_be_visible()
    page.goto(f"{address}/scheduler")
    expect(page.get_by_role("link", name="followed.here, videos", exact=True)).to_be_visible()
    page.goto(f"{address}/queue")
    expect(page.get_by_text("followed.here")).to_have_count(0)
