"""Other users of the machine can open connections to the guarding proxy's port; nothing more comes of it."""

import socket
import subprocess
from collections.abc import Iterator

import pytest

from mediadl.net import proxy as proxy_module
from mediadl.net.proxy import GuardingProxy
from tests.fakes.media_server import MediaServer


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[GuardingProxy]:
    monkeypatch.setattr(proxy_module, "MAX_CONNECTIONS", 8)
    running = GuardingProxy()
    running.start()
    yield running
    running.stop()


def test_silent_strangers_do_not_keep_our_children_out(proxy: GuardingProxy):
    host, port = proxy.address.split(":")
    with MediaServer({"/a.jpg": b"ours"}) as server:
        strangers = [socket.create_connection((host, int(port)), timeout=5) for _ in range(20)]
        try:
            command = ["curl", "-sS", "-x", proxy.url, server.url_of("/a.jpg")]
            done = subprocess.run(command, capture_output=True, timeout=20, check=False)
            assert done.stdout == b"ours", done.stderr
        finally:
            for stranger in strangers:
                stranger.close()
