"""Clients that share handles: over the same connections, with nothing of each other, few at once to a host."""

import threading
import time
from typing import Any

import pytest

from mediadl.media import MediaError
from mediadl.net.client import HttpClient
from mediadl.net.cookies import Cookie
from mediadl.net.kept_handles import KeptHandles
from mediadl.net.stopping import StopSignal
from tests.fakes.media_server import MediaServer


@pytest.fixture
def server():
    with MediaServer() as running:
        yield running


def ask(handles: KeptHandles, url: str, **options: Any) -> None:
    with HttpClient(handles=handles, **options) as client:
        client.get(url)


def settle(server: MediaServer, url: str) -> None:
    """Answers that name themselves and set a cookie if asked with ``?set``."""

    def answer(exchange):
        headers = {"Set-Cookie": "seen=1; Path=/"} if exchange.request.target.endswith("?set") else {}
        exchange.respond(200, b"ok", headers)

    server.behave(url, answer)


def test_many_clients_ask_over_one_connection(server):
    settle(server, "/p")
    handles = KeptHandles()
    for _client in range(5):
        ask(handles, server.url_of("/p"))
    assert server.connections == 1
    handles.close()


def test_nothing_of_a_client_reaches_the_next(server):
    settle(server, "/p")
    handles = KeptHandles()
    mine = Cookie("127.0.0.1", "mine", "secret", include_subdomains=False)
    ask(handles, server.url_of("/p"), cookies=[mine], user_agent="One/1", headers={"X-Mine": "1"})
    ask(handles, f"{server.url_of('/p')}?set")
    ask(handles, server.url_of("/p"))
    first, _second, third = (request.headers for request in server.requests)
    assert (first["cookie"], first["user-agent"], first["x-mine"]) == ("mine=secret", "One/1", "1")
    assert "cookie" not in third
    assert "x-mine" not in third
    assert third["user-agent"].startswith("Mozilla/")


def test_a_client_keeps_what_a_site_set_between_its_own_requests(server):
    settle(server, "/p")
    handles = KeptHandles()
    with HttpClient(handles=handles) as client:
        client.get(f"{server.url_of('/p')}?set")
        ask(handles, server.url_of("/p"))  # another one meanwhile
        client.get(server.url_of("/p"))
    assert [request.headers.get("cookie") for request in server.requests] == [None, None, "seen=1"]


def run_all(work, number: int) -> list[threading.Thread]:
    threads = [threading.Thread(target=work, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    return threads


def test_no_more_than_allowed_ask_one_host_at_once(server):
    running, most = [0], [0]
    lock = threading.Lock()

    def slow(exchange):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.03)
        with lock:
            running[0] -= 1
        exchange.respond(200, b"ok", {})

    url = server.behave("/slow", slow)
    handles = KeptHandles(per_host=2)
    for thread in run_all(lambda _index: ask(handles, url), 9):
        thread.join()
    assert (most[0], len(server.requests)) == (2, 9)
    handles.allow(5)
    for thread in run_all(lambda _index: ask(handles, url), 9):
        thread.join()
    assert 2 < most[0] <= 5


def test_a_host_that_is_slow_keeps_no_other_waiting():
    handles = KeptHandles(per_host=1)
    with handles.place("slow.example", None), handles.place("quick.example", None):
        pass


def test_who_waits_for_a_host_can_be_stopped():
    handles, stop = KeptHandles(per_host=1), StopSignal()
    with handles.place("a.example", None):
        threading.Timer(0.1, lambda: stop.stop("cancel")).start()
        with pytest.raises(MediaError, match="Stopped"), handles.place("a.example", stop):
            pass
    with handles.place("a.example", stop):  # its place is free again, though it was stopped while it waited
        pass


def test_a_budget_is_asked_once_for_each_hop_and_outside_of_the_hosts_places(server):
    settle(server, "/p")
    server.behave("/moved", lambda exchange: exchange.respond(302, b"", {"Location": server.url_of("/p")}))
    handles, asked = KeptHandles(per_host=1), []

    def rule(url: str) -> None:
        asked.append(url)
        if len(asked) == 1:
            with handles.place("127.0.0.1", None):  # it is free while a budget lets somebody wait
                pass

    ask(handles, server.url_of("/moved"), before_request=rule)
    assert asked == [server.url_of("/moved"), server.url_of("/p")]


def test_a_refused_address_is_not_counted_in_a_budget():
    asked: list[str] = []
    with pytest.raises(MediaError, match=r"private|address"):
        ask(KeptHandles(), "http://10.0.0.1/", before_request=asked.append)
    assert asked == []


def test_hanging_up_closes_what_nobody_uses(server):
    settle(server, "/p")
    handles = KeptHandles()
    ask(handles, server.url_of("/p"))
    handles.hang_up()
    ask(handles, server.url_of("/p"))
    assert server.connections == 2


def test_what_comes_back_after_the_end_is_closed(server):
    settle(server, "/p")
    handles = KeptHandles()
    client = HttpClient(handles=handles, cookies=[Cookie("127.0.0.1", "a", "b")])
    client.get(server.url_of("/p"))
    handles.close()
    client.close()
    with handles.place("a.example", None):
        ask(handles, server.url_of("/p"))  # closed only means that nothing is kept
    assert server.connections == 2
