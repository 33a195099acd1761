"""The socket ``/ws/downloads``: who may listen, what they missed, what happens now."""

import asyncio
import time
from collections import deque
from typing import Any
from urllib.parse import parse_qs

import orjson
import structlog
from channels.generic.websocket import AsyncWebsocketConsumer

from mediadl.events.deliveries import Delivery, deliveries_after, is_replayable, newest_seq, oldest_replayed, visible
from mediadl.events.hub import hub
from mediadl.events.outgoing import Outgoing
from mediadl.events.seats import give_back_seat, take_seat
from mediadl.events.viewers import Viewer, viewer_of
from mediadl.web.disconnects import ClientDisconnected
from mediadl.web.threads import LastingThreads

SOCKET_PATH = "/ws/downloads"
MESSAGE_BYTES = 4096
MESSAGES_PER_SECOND = 20
PAGE_ROWS = 100  # of a replay: what one client's page may cost
PAGE_BYTES = 128 * 1024  # what is kept while a client takes nothing; a longer event is a page of its own
STUCK_SECONDS = 3.0
MAX_SEQ = 2**63 - 1

CLOSE_POLICY = 1008
CLOSE_ERROR = 1011
CLOSE_TOO_SLOW = 1013  # "try again later": the client comes back with ``since``
CLOSE_NOT_SIGNED_IN = 4401
CLOSE_TOO_MANY = 4429

_log = structlog.get_logger("System")
# Not the request threads: slow requests must not keep sockets waiting, nor the other way round.
_threads = LastingThreads("sockets", 4)


async def route_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI application for WebSockets: one path, anything else is refused."""
    if scope["path"].removeprefix(scope.get("root_path", "")) == SOCKET_PATH:
        await EventsConsumer.as_asgi()(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.close"})


class EventsConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One client.

    Events come by two ways: from the outbox after ``since`` until the client has caught up, then
    from the hub as they are committed. When more waits than may (a thousand events at once, or a
    slow client), the client goes back to the outbox; one that takes nothing is closed. ``_sent`` is
    the last ``seq`` that went either way, so that none is missing and none goes twice.
    """

    viewer: Viewer

    def __init__(self) -> None:
        super().__init__()
        self._outgoing = Outgoing()
        self._seat: int | None = None
        self._sender: asyncio.Task[None] | None = None
        self._is_live = False
        self._is_closing = False
        self._has_overflowed = False
        self._sent = 0
        self._blocked_since: float | None = None
        self._received: deque[float] = deque(maxlen=MESSAGES_PER_SECOND)

    async def connect(self) -> None:
        """Let the client in, or accept and close with the code that says why not."""
        viewer = await _threads.run(viewer_of, self.scope)
        if viewer is None:
            await self._refuse(CLOSE_NOT_SIGNED_IN)
            return
        is_known, since = _since(self.scope.get("query_string", b""))
        if not is_known:
            await self._refuse(CLOSE_POLICY)
            return
        self._seat = await _threads.run(take_seat, viewer.user_id)
        if self._seat is None:
            await self._refuse(CLOSE_TOO_MANY)
            return
        self.viewer = viewer
        self._is_live = since is None
        # Before the client knows that it is in: what it causes then must reach it.
        position = await hub.join(self)
        if since is None:
            self._sent = position
        await self.accept()
        self._sender = asyncio.create_task(self._send_all(since))

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 - channels' signature
        """The client has gone."""
        await self._clean_up()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run until the client leaves; whatever ends it, nothing of it stays."""
        try:
            await super().__call__(scope, receive, send)
        except ClientDisconnected:
            return
        finally:
            await self._clean_up()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A client's message: only pings are known, and not too many."""
        now = time.monotonic()
        is_flood = len(self._received) == MESSAGES_PER_SECOND and now - self._received[0] < 1
        self._received.append(now)
        if is_flood or bytes_data is not None or not _is_ping(text_data or ""):
            await self._close(CLOSE_POLICY)
        elif not self._outgoing.put_text('{"type":"pong"}'):
            await self._close(CLOSE_TOO_SLOW)

    def offer(self, delivery: Delivery) -> None:
        """Take an event from the hub."""
        if self._is_closing or (delivery.admins_only and not self.viewer.is_admin):
            return
        if self._is_live and not self._outgoing.put(delivery):
            self._is_live, self._has_overflowed = False, True
            self._outgoing.drop_events()
        if self._has_overflowed and self._is_stuck():
            self._close_soon(CLOSE_TOO_SLOW)

    def _is_stuck(self) -> bool:
        since = self._blocked_since
        return since is not None and time.monotonic() - since > STUCK_SECONDS

    def lose_rights(self) -> None:
        """Close: signed out, expired, or another role."""
        self._close_soon(CLOSE_NOT_SIGNED_IN)

    async def _send_all(self, since: int | None) -> None:
        try:
            if since is not None:
                await self._replay(since)
            while not self._is_closing:
                item = await self._outgoing.get(after=self._sent)
                if item is None:
                    await self._catch_up()
                    continue
                await self._send_text(item[1])
                self._sent = max(self._sent, item[0])
        except ClientDisconnected:
            return
        except Exception as error:
            _log.error("A socket failed", exc_info=error)
            await self._close(CLOSE_ERROR)

    async def _replay(self, since: int) -> None:
        """Send what the client missed, then switch to what happens now, without gap or double."""
        if not await _threads.run(is_replayable, since):
            await self._send_text('{"type":"resync"}')
            since = min(since, await _threads.run(newest_seq))
        self._sent = since
        await self._catch_up()

    async def _catch_up(self) -> None:
        await self._send_stored()
        # From here the hub's events wait in the queue; what was committed before is in the outbox.
        self._is_live, self._has_overflowed = True, False
        await self._send_stored()

    async def _send_stored(self) -> None:
        """Send events from the outbox until there are none after ``_sent``."""
        while not self._is_closing:
            page = await _threads.run(_page_after, self._sent)
            if not page:
                return
            for delivery in visible(page, is_admin=self.viewer.is_admin):
                await self._send_text(delivery.text)
            self._sent = page[-1].seq

    async def _send_text(self, text: str) -> None:
        """Send; returns when the client has taken enough of what went before."""
        self._blocked_since = time.monotonic()
        await self.send(text_data=text)
        self._blocked_since = None

    async def _refuse(self, code: int) -> None:
        self._is_closing = True
        await self.accept()
        await self.close(code)

    async def _close(self, code: int) -> None:
        if not self._is_closing:
            self._is_closing = True
            await self.close(code)

    def _close_soon(self, code: int) -> None:
        self._closing_task = asyncio.ensure_future(self._close_quietly(code))

    async def _close_quietly(self, code: int) -> None:
        try:
            await self._close(code)
        except ClientDisconnected:
            return

    async def _clean_up(self) -> None:
        self._is_closing = True
        hub.leave(self)
        if self._sender is not None:
            self._sender.cancel()
            self._sender = None
        seat, self._seat = self._seat, None
        if seat is not None:
            await asyncio.shield(_threads.run(give_back_seat, seat))


def _page_after(seq: int) -> list[Delivery]:
    return deliveries_after(seq, limit=PAGE_ROWS, not_before=oldest_replayed(), most_bytes=PAGE_BYTES)


def _since(query_string: bytes) -> tuple[bool, int | None]:
    """Whether the query's ``since`` can be read (or is absent), and its value."""
    values = parse_qs(query_string.decode("latin1"), keep_blank_values=True).get("since")
    if values is None:
        return True, None
    text = values[-1]
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MAX_SEQ):
        return False, None
    return True, int(text)


def _is_ping(text: str) -> bool:
    if len(text.encode()) > MESSAGE_BYTES:
        return False
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(message, dict) and message.get("type") == "ping"
