"""Backpressure: an application's ``send`` waits until its client has taken enough."""

import asyncio

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

STALL_SECONDS = 120  # a client that takes nothing for so long is gone or means harm


@implementer(IPushProducer)
class Drain:
    """The producer that daphne lacks: the transport opens and shuts it as its buffer drains."""

    def __init__(self, *, is_open: bool = True) -> None:
        self._open = asyncio.Event()
        if is_open:
            self._open.set()

    async def wait(self) -> None:
        """Return when the transport's buffer has room, or when the connection is gone.

        Raises:
            TimeoutError: the client took nothing for STALL_SECONDS.
        """
        if self._open.is_set():
            return
        async with asyncio.timeout(STALL_SECONDS):
            await self._open.wait()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The transport's buffer is full."""
        self._open.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The transport's buffer is empty again."""
        self._open.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone: whoever waits shall look and see."""
        self._open.set()
