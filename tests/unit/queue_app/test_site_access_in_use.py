"""Cookies, proxies and budgets on the wire: what the servers, the process list and the logs see."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from mediadl.logs.models import LogRow
from mediadl.media import FailureKind, MediaError
from mediadl.net.children import run_child
from mediadl.net.cookies import Cookie
from platforms import access_services
from platforms.child_lines import refusals_first
from platforms.contract import ListingContext
from platforms.cookie_files import cookies_file
from queue_app.models import Budget, Outcome, QueueItem
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import change_settings, drain, enqueue, fresh, media, picture

SECRET = "v3ry-s3cret-c00kie"
LIMIT = 5
_CHILD = """
import json, sys, urllib.request
failed = 0
for number in range(int(sys.argv[2])):
    try:
        urllib.request.urlopen(sys.argv[1], timeout=20).read()
    except OSError as error:
        failed += 1
        print(error, file=sys.stderr)
print(failed)
"""


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer({"/page": b"a page", "/a.jpg": picture(1)}) as running:
        yield running


def children(url: str, times: int, results: list[str]) -> Callable[[ListingContext], None]:
    """A step of the fake adapter: a child process asks ``url`` so many times, all through the proxy."""

    def step(context: ListingContext) -> None:
        argv = [sys.executable, "-I", "-c", _CHILD, url, str(times)]
        with refusals_first(context):
            result = run_child(argv, stop=context.stop, proxy_url=context.proxy_url, on_stdout_line=results.append)
            if "0" not in results[-1:]:
                raise MediaError(FailureKind.SITE_CHANGED, "CHILD_FAILED", result.stderr_tail[-200:])

    return step


def limit_requests(number: int) -> None:
    change_settings(platforms={fake_site.NAME: {"first": {"rate_limit_per_hour": number}}})


def test_a_child_never_asks_once_more_than_its_hour_allows(folder: Path, server: MediaServer) -> None:
    limit_requests(LIMIT)
    results: list[str] = []
    fake_site.SITE.lists(children(server.url_of("/page"), LIMIT + 4, results))
    item = enqueue()
    drain()
    assert len(server.requests) == LIMIT
    assert Budget.objects.get().used == LIMIT
    shown = fresh(item)
    assert (shown.status, shown.reason, shown.error_code) == ("pending", "rate_limited", "BUDGET_USED_UP")
    assert shown.next_attempt_at is not None
    drain()
    assert len(server.requests) == LIMIT


def test_two_listings_at_once_share_the_hour(folder: Path, server: MediaServer) -> None:
    limit_requests(LIMIT)
    for name in ("one", "two", "three"):
        url = f"https://{fake_site.HOST}/{name}"
        fake_site.SITE.lists(children(server.url_of("/page"), LIMIT, []), url=url)
        enqueue(url)
    drain()
    assert len(server.requests) == LIMIT


def test_a_site_s_wait_seen_by_a_child_holds_to_the_second(folder: Path, server: MediaServer) -> None:
    server.behave("/page", lambda exchange: exchange.respond(429, b"", headers={"Retry-After": "1234"}))
    fake_site.SITE.lists(children(server.url_of("/page"), 1, []))
    item = enqueue()
    drain()
    shown = fresh(item)
    assert (shown.status, shown.error_code, shown.reason) == ("pending", "HTTP_429", "rate_limited")
    assert "1234 s" in (shown.error_message or "")


def test_a_private_address_is_the_reason_of_a_child_s_failure(folder: Path, server: MediaServer) -> None:
    fake_site.SITE.lists(children("http://10.0.0.1/", 1, []))
    item = enqueue()
    drain()
    assert (fresh(item).status, fresh(item).error_code) == ("failed", "PRIVATE_ADDRESS")


def test_media_requests_carry_cookies_to_their_own_site_only(folder: Path, server: MediaServer) -> None:
    own = Cookie("127.0.0.1", "sessionid", SECRET, include_subdomains=False)
    other = Cookie("elsewhere.example", "other", SECRET)
    row = {"domain": own.domain, "name": own.name, "value": own.value, "hostOnly": True, "session": True}
    access_services.store_cookies("127.0.0.1", json.dumps([row]), user=None)
    access_services.store_cookies("elsewhere.example", json.dumps([{**row, "domain": other.domain}]), user=None)
    access_services.set_connection(fake_site.NAME, user_agent="Mine/1", user=None)
    fake_site.SITE.lists(media("1", server.url_of("/a.jpg")))
    item = enqueue()
    drain()
    assert fresh(item).status == "completed"
    headers = server.requests[0].headers
    assert (headers["cookie"], headers["user-agent"]) == (f"sessionid={SECRET}", "Mine/1")
    with MediaServer({"/b.jpg": picture(2)}, host="127.0.0.2") as another:
        fake_site.SITE.lists(media("2", another.url_of("/b.jpg")), url=f"https://{fake_site.HOST}/two")
        enqueue(f"https://{fake_site.HOST}/two")
        drain()
        assert "cookie" not in another.requests[0].headers


def test_cookies_are_in_no_process_list_no_log_and_no_row(folder: Path, server: MediaServer) -> None:
    row = {"domain": "127.0.0.1", "name": "sessionid", "value": SECRET, "hostOnly": True, "session": True}
    access_services.store_cookies("127.0.0.1", json.dumps([row]), user=None)
    access_services.set_connection(fake_site.NAME, proxy=f"http://me:{SECRET}@127.0.0.1:1", user=None)
    seen: list[bytes] = []
    asked = threading.Event()

    def look(exchange: Exchange) -> None:
        """While the child waits for its answer, everything that others could read is read."""
        seen.extend(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
        asked.set()
        exchange.respond(500, b"no")

    server.behave("/page", look)

    def step(context: ListingContext) -> None:
        assert [one.value for one in context.access.cookies] == []  # the item's own host is another
        with cookies_file((Cookie("127.0.0.1", "sessionid", SECRET),)) as path:
            argv = [sys.executable, "-I", "-c", _CHILD, server.url_of("/page"), "1", str(path)]
            run_child(argv, stop=context.stop, proxy_url=context.proxy_url, on_stdout_line=lambda _line: None)
        raise MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", "the site changed")

    fake_site.SITE.lists(step)
    item = enqueue()
    access_services.set_connection(fake_site.NAME, proxy="", user=None)
    drain()
    assert asked.is_set()
    assert any(b"cookies.txt" in line for line in seen)
    assert not any(SECRET.encode() in line for line in seen)
    rows = [*QueueItem.objects.values(), *Outcome.objects.values(), *LogRow.objects.values()]
    assert item.pk
    assert SECRET not in str(rows)
    logs = Path(settings.DATA_DIR).rglob("*.log")
    assert not any(SECRET in path.read_text(errors="replace") for path in logs)


def test_children_go_through_the_site_s_proxy(folder: Path, server: MediaServer) -> None:
    with MediaServer() as upstream:
        access_services.set_connection(fake_site.NAME, proxy=f"http://me:word@127.0.0.1:{upstream.port}", user=None)
        fake_site.SITE.lists(children(server.url_of("/page"), 1, []))
        enqueue()
        drain()
        assert server.requests == []
        assert upstream.requests[0].method == "CONNECT"
        assert upstream.requests[0].target == f"127.0.0.1:{server.port}"
        assert "proxy-authorization" in upstream.requests[0].headers
