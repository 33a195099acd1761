"""The paste box: what it queues, and what stays in it with its reason."""

import json

import pytest

from mediadl.accounts.models import Role
from queue_app.models import QueueItem
from tests.unit.ui.rows import HTMX, browser_as

pytestmark = pytest.mark.django_db


def test_pasted_lines_become_rows_and_touch_nothing():
    lines = "https://a.example/1\nnot-a-link\nhttps://www.tiktok.com/@wingbeat"
    answer = browser_as(Role.USER).post("/links/recognise", {"links": lines}, headers=HTMX)
    assert answer.content.count(b"paste-row") >= 3
    assert answer.content.count(b"data-ready") == 2
    assert QueueItem.objects.count() == 0


def test_rows_are_queued_with_what_was_picked():
    fields = {
        "row": ["k1"],
        "url-k1": "https://www.tiktok.com/@wingbeat",
        "content_type-k1": "videos",
        "newest-k1": "15",
        "links": "https://a.example/2",
    }
    answer = browser_as(Role.USER).post("/links/start", fields, headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["title"] == "2 downloads started"
    first = QueueItem.objects.get(platform="tiktok")
    assert (first.content_type, first.max_downloads, first.source) == ("videos", 15, "wingbeat")
    assert QueueItem.objects.filter(url="https://a.example/2").exists()


def test_what_cannot_be_queued_stays_and_says_why():
    browser = browser_as(Role.USER)
    fields = {"links": "https://a.example/1 http://127.0.0.1/secret nonsense"}
    for _ in range(2):
        answer = browser.post("/links/start", fields, headers=HTMX)
    assert b"in the queue already" in answer.content
    assert QueueItem.objects.count() <= 2
    assert b"nonsense" in answer.content


def test_without_javascript_the_form_goes_back_to_the_dashboard():
    browser = browser_as(Role.USER)
    answer = browser.post("/links/start", {"links": "https://a.example/1"})
    assert answer.headers["Location"] == "/"
    assert b"1 download started" in browser.get("/").content
