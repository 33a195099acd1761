"""What the queue's page does to items, and what it answers."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mediadl.accounts.models import AuditEntry, Role
from queue_app import all_at_once
from queue_app.ledger import Ledger
from queue_app.models import QueueItem
from queue_app.selectors import counts
from queue_app.services import AllAtOnce, pause_all
from queue_app.states import Status
from tests.unit.queue_app.rows import copy_row, recount
from tests.unit.ui.rows import HTMX, browser_as, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return browser_as(Role.USER)


def _status(item: QueueItem) -> str:
    return QueueItem.objects.values_list("status", flat=True).get(pk=item.pk)


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        (Status.PENDING, "pause", "paused"),
        (Status.PAUSED, "resume", "pending"),
        (Status.PENDING, "cancel", "cancelled"),
        (Status.FAILED, "retry", "pending"),
    ],
)
def test_buttons_change_the_status_and_let_the_page_look_again(browser, before, action, after):
    item = make_item(before)
    answer = browser.post(f"/queue/{item.pk}/{action}", headers=HTMX)
    assert answer.status_code == 204
    assert "refresh-queue" in json.loads(answer.headers["HX-Trigger"])
    assert _status(item) == after


def test_a_change_that_the_status_forbids_is_told(browser):
    answer = browser.post(f"/queue/{make_item(Status.COMPLETED).pk}/cancel", headers=HTMX)
    assert answer.status_code == 409
    assert b"cannot be cancelled" in answer.content


def test_an_unknown_item_or_action_is_not_found(browser):
    assert browser.post("/queue/999/pause").status_code == 404
    assert browser.post(f"/queue/{make_item().pk}/explode").status_code == 404


def test_priority_is_checked(browser):
    item = make_item()
    assert browser.post(f"/queue/{item.pk}/priority", {"priority": "2"}, headers=HTMX).status_code == 204
    assert QueueItem.objects.get(pk=item.pk).priority == 2
    for wrong in ("11", "high", ""):
        assert browser.post(f"/queue/{item.pk}/priority", {"priority": wrong}, headers=HTMX).status_code == 422


def test_several_at_once(browser):
    items = [make_item() for _ in range(3)]
    answer = browser.post("/queue/bulk", {"action": "pause", "ids": [item.pk for item in items]}, headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["title"] == "3 items paused"
    assert {_status(item) for item in items} == {"paused"}


def test_everything_can_be_paused_and_resumed(browser):
    items = [make_item(), make_item()]
    browser.post("/queue/pause-all", headers=HTMX)
    assert {_status(item) for item in items} == {"paused"}
    browser.post("/queue/pause-all", {"action": "resume"}, headers=HTMX)
    assert {_status(item) for item in items} == {"pending"}


def test_more_than_a_thousand_are_paused_and_resumed_at_once(browser):
    item = make_item()
    copy_row(item, 1200)
    with Ledger() as ledger:
        ledger.moved(item.platform, None, Status.PENDING, 1201)  # make_item counts nothing
    answer = browser.post("/queue/pause-all", headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["title"] == "1,201 items paused"
    assert set(QueueItem.objects.values_list("status", flat=True)) == {"paused"}
    assert recount() == {**dict.fromkeys(Status, 0), "paused": 1201} == counts()
    browser.post("/queue/pause-all", {"action": "resume"}, headers=HTMX)
    assert set(QueueItem.objects.values_list("status", flat=True)) == {"pending"}
    assert AuditEntry.objects.filter(action="queue.pause", target="all").exists()


def test_a_page_waits_only_so_long_for_everything():
    copy_row(make_item(), all_at_once.BATCH_ROWS)
    result = pause_all(seconds=0)
    assert (result.done, result.finished) == (all_at_once.BATCH_ROWS, False)
    assert pause_all() == AllAtOnce(1, finished=True)


def test_clearing_takes_done_and_failed_ones(browser):
    kept = make_item()
    for status in (Status.COMPLETED, Status.FAILED):
        make_item(status)
    browser.post("/queue/clear", headers=HTMX)
    assert list(QueueItem.objects.values_list("pk", flat=True)) == [kept.pk]


def test_a_list_is_imported_from_a_file_and_from_the_field(browser):
    upload = SimpleUploadedFile("list.txt", b"https://a.example/1\nnonsense\n")
    answer = browser.post("/queue/import", {"file": upload, "lines": "https://a.example/2"}, headers=HTMX)
    assert b"2 of 3 lines were added." in answer.content
    assert QueueItem.objects.count() == 2


def test_a_file_of_some_megabytes_is_imported(browser):
    upload = SimpleUploadedFile("list.txt", b"\n\n# " + b"x" * 3 * 1024 * 1024 + b"\nhttps://a.example/1\n")
    answer = browser.post("/queue/import", {"file": upload}, headers=HTMX)
    assert b"1 of 1" in answer.content
    assert QueueItem.objects.count() == 1


def test_the_list_stands_in_its_sections(browser):
    for status in (Status.DOWNLOADING, Status.PENDING, Status.PAUSED, Status.FAILED):
        make_item(status)
    page = browser.get("/queue")
    assert [section.key for section in page.context["sections"]] == ["running", "next", "paused", "ended"]
    only = browser.get("/queue?status=failed")
    assert [section.key for section in only.context["sections"]] == ["ended"]
    assert b"No item matches" in browser.get("/queue?search=zzz").content


def test_a_long_section_goes_on_where_it_stopped(browser):
    for _ in range(55):
        make_item()
    first = browser.get("/queue").context["sections"][0]
    assert (len(first.rows), first.after) == (50, 50)
    rest = browser.get("/queue/more/next/50")
    assert rest.context["section"].first_place == 51
    assert len(rest.context["section"].rows) == 5


def test_single_rows_come_in_the_shape_that_is_asked_for(browser):
    item = make_item(Status.DOWNLOADING)
    assert f'id="item-{item.pk}"'.encode() in browser.get(f"/queue/rows?ids={item.pk}").content
    assert f'id="run-{item.pk}"'.encode() in browser.get(f"/queue/rows?shape=run&ids={item.pk},x,999").content
