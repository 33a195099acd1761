"""A Redis of a few commands on a real socket, for the counters."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Store(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Client)
        self.values: dict[bytes, int] = {}
        self.lifetimes: dict[bytes, int] = {}
        self.lock = threading.Lock()

    def run(self, words: list[bytes]) -> bytes:
        name = words[0].upper()
        with self.lock:
            if name == b"SET":
                if words[1] in self.values and b"NX" in words:
                    return b"$-1\r\n"
                self.values[words[1]] = int(words[2])
                self.lifetimes[words[1]] = int(words[words.index(b"EX") + 1])
                return b"+OK\r\n"
            if name in {b"INCR", b"INCRBY"}:
                self.values[words[1]] += 1
                return b":%d\r\n" % self.values[words[1]]
            if name == b"TTL":
                return b":%d\r\n" % self.lifetimes[words[1]]
        if name in {b"SELECT", b"CLIENT", b"PING"}:
            return b"+OK\r\n"
        return b"-ERR unknown command\r\n"


class _Client(socketserver.StreamRequestHandler):
    def _words(self) -> list[bytes]:
        line = self.rfile.readline()
        if not line:
            return []
        words = []
        for _ in range(int(line[1:])):
            length = int(self.rfile.readline()[1:])
            words.append(self.rfile.read(length + 2)[:-2])
        return words

    def handle(self) -> None:
        queued: list[list[bytes]] | None = None
        store: _Store = self.server  # type: ignore[assignment]
        while words := self._words():
            name = words[0].upper()
            if name == b"MULTI":
                queued, answer = [], b"+OK\r\n"
            elif name == b"EXEC" and queued is not None:
                answer = b"*%d\r\n" % len(queued) + b"".join(store.run(entry) for entry in queued)
                queued = None
            elif queued is not None:
                queued.append(words)
                answer = b"+QUEUED\r\n"
            else:
                answer = store.run(words)
            self.wfile.write(answer)


@contextmanager
def redis_server() -> Iterator[str]:
    """Serves until the block ends; yields the URL."""
    with _Store() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{server.server_address[1]}/0?protocol=2"
        finally:
            server.shutdown()
            thread.join()
