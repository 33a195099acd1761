"""The adoption page's question before files are touched."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_adopting_without_a_dry_run_asks_and_is_sent_only_after_a_yes(page: Page, address: str) -> None:
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.post_data or "") if one.method == "POST" else None)
    page.goto(f"{address}/history/adopt")
    page.get_by_label("Folder of files, on the server").fill("/nowhere")
    adopt = page.get_by_role("button", name="Adopt…", exact=True)
    adopt.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Adopt without a dry run?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert sent == []
    adopt.click()
    dialog.get_by_role("button", name="Adopt", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("MEDIADL_MEDIA_ROOTS")
    assert "dry_run=no" in sent[0]
    page.get_by_role("button", name="Show what would happen").click()
    page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_contain_text("MEDIADL_MEDIA_ROOTS")
    assert "dry_run=yes" in sent[1]
    assert "dry_run=no" not in sent[1]
