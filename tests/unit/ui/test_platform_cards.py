"""What a platform's card says of budgets and errors."""

from typing import Any

from mediadl.ui.presenters.platform_cards import platform_card
from mediadl.ui.words import TIMES


def row(**fields: Any) -> dict[str, Any]:
    limit = {"limit": 30, "remaining": fields.pop("remaining", 12), "reset": "2026-01-01T12:00:00+00:00"}
    downloader = {"name": "a", "display_name": "A (small)", "setup_hint": "", "status": "operational"}
    return {
        "name": "web", "display_name": "Web", "enabled": True, "status": "operational", "last_error": None,
        "last_successful_download": None, "next_attempt_at": None, "rate_limit": limit,
        "downloaders": [{**downloader, "rate_limit": limit}], **fields,
    }  # fmt: skip


def test_a_downloader_without_requests_left_waits():
    assert platform_card(row(), 0).downloaders[0].standing.word == "Working"
    waiting = platform_card(row(remaining=0), 0).downloaders[0]
    assert (waiting.standing.word, waiting.budget.is_used_up, waiting.budget.percent) == ("Waits", True, 100)


def test_an_error_says_what_to_do():
    card = platform_card(row(status="down", last_error="SITE_CHANGED: It looks different."), 0)
    assert card.error == "It looks different."
    assert "Update the extractors" in card.advice
    assert platform_card(row(status="down", last_error="HTTP_503: Busy."), 0).advice.startswith("Nothing needs")
    assert platform_card(row(status="down", last_error="ODD: Strange."), 0).advice == ""


def test_a_downloader_says_how_large_its_pictures_are_and_what_it_lacks():
    sized = row()
    sized["downloaders"][0] |= {"display_name": "FastDL (640x640)", "setup_hint": "Upload the cookies of an account."}
    card = platform_card(sized, 0).downloaders[0]
    assert (card.label, card.note, card.wants_cookies) == ("FastDL", f"up to 640{TIMES}640", True)
    assert not platform_card(row(), 0).downloaders[0].wants_cookies
