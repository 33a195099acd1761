"""The socket: notifications become toasts, a lost one says so and comes back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser import stage

pytestmark = pytest.mark.browser

_CLAIMED = """
from queue_app.ledger import Ledger
from queue_app.queue_events import queue_updated
from queue_app.services import enqueue
from queue_app.states import Status

item = enqueue(url="https://archive.example/live-counts")
with Ledger() as ledger:
    QueueItem.objects.filter(pk=item.pk).update(
        status="downloading", list_rank=0, lease_worker="stage", lease_expires_at=clock.now() + timedelta(hours=1)
    )
    item.refresh_from_db()
    ledger.moved(item.platform, Status.PENDING, Status.DOWNLOADING)
    ledger.event(queue_updated("updated", item))
"""


def test_a_notification_becomes_a_toast_with_its_action(page: Page, address: str, data_dir: Path) -> None:
    page.goto(f"{address}/history")
    expect(page.locator(".sidebar [data-live-word]")).to_have_text("Live")
    stage.notify(data_dir, "20 posts <b>from</b> savanna.daily", "Done in 2 min 52 s", "/history?source=savanna.daily")
    toast = page.locator(".toast", has_text="20 posts <b>from</b> savanna.daily")
    expect(toast).to_contain_text("Done in 2 min 52 s")
    expect(page.locator("body > li")).to_have_count(0)
    page.get_by_label("Notifications", exact=True).click()
    expect(page.locator(".notices li")).to_have_text(["20 posts <b>from</b> savanna.dailyDone in 2 min 52 s"])
    page.keyboard.press("Escape")
    toast.get_by_role("link", name="View").click()
    page.wait_for_url(f"{address}/history?source=savanna.daily")


def test_speed_and_counts_follow_what_runs(page: Page, address: str, data_dir: Path) -> None:
    page.goto(f"{address}/history")
    running = page.locator(".sidebar [data-running-count]")
    before = int(running.inner_text())
    stage.run_in(data_dir, _CLAIMED)
    expect(running).to_have_text(str(before + 1))


def test_a_lost_socket_is_told_and_content_stays(page: Page, address: str) -> None:
    lost = {"now": False}

    def route(socket: WebSocketRoute) -> None:
        if lost["now"]:
            socket.close(code=1011)
            return
        server = socket.connect_to_server()
        sockets.append((socket, server))

    sockets: list[tuple[WebSocketRoute, WebSocketRoute]] = []
    page.route_web_socket("**/ws/downloads*", route)
    page.goto(f"{address}/queue")
    expect(page.locator(".sidebar [data-live-word]")).to_have_text("Live")
    lost["now"] = True
    sockets[0][0].close(code=1011)
    expect(page.locator(".sidebar [data-live-word]")).to_have_text("Not live")
    expect(page.locator("#lost-banner")).to_contain_text("Live updates stopped")
    expect(page.locator(".queue-row").first).to_be_visible()
    lost["now"] = False
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("#lost-banner")).to_have_count(0)
    expect(page.locator(".sidebar [data-live-word]")).to_have_text("Live")


def test_light_and_dark_follow_the_system_and_the_switch(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(243, 244, 241)"
    page.get_by_role("button", name="Switch between light and dark").first.click()
    assert page.evaluate(background) == "rgb(17, 18, 16)"
    page.reload()
    assert page.evaluate(background) == "rgb(17, 18, 16)"
    page.get_by_role("button", name="Switch between light and dark").first.click()
    assert page.evaluate(background) == "rgb(243, 244, 241)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) == "rgb(17, 18, 16)"
