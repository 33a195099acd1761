"""What waits for a slow client is bounded: progress goes first, then the client."""

import asyncio

import pytest

from mediadl.events.deliveries import Delivery
from mediadl.events.outgoing import ENTRY_BYTES, Outgoing


def _event(seq: int, text: str = "", key: str | None = None) -> Delivery:
    return Delivery(seq, text or f"event {seq}", key, admins_only=False)


async def _drain(queue: Outgoing, *, after: int = 0) -> list[str]:
    texts = []
    while True:
        try:
            item = await asyncio.wait_for(queue.get(after=after), 0.01)
        except TimeoutError:
            return texts
        texts.append(item[1] if item else "dropped")


async def test_events_leave_in_order() -> None:
    queue = Outgoing()
    assert all(queue.put(_event(seq)) for seq in range(1, 4))
    queue.put_text("pong")
    assert await _drain(queue) == ["event 1", "event 2", "event 3", "pong"]
    assert queue.waiting_bytes == 0


async def test_what_was_replayed_is_not_sent_again() -> None:
    queue = Outgoing()
    for seq in range(1, 4):
        queue.put(_event(seq))
    queue.put_text("pong")
    assert await _drain(queue, after=2) == ["event 3", "pong"]


async def test_only_the_newest_progress_of_an_item_waits() -> None:
    queue = Outgoing()
    for seq in range(1, 1001):
        assert queue.put(_event(seq, key=f"progress:{seq % 2}"))
    assert queue.waiting_bytes < 2 * (ENTRY_BYTES + 20)
    assert await _drain(queue) == ["event 999", "event 1000"]


async def test_progress_that_was_sent_does_not_replace_anything() -> None:
    queue = Outgoing()
    queue.put(_event(1, key="k"))
    assert await queue.get() == (1, "event 1")
    queue.put(_event(2, key="k"))
    assert await queue.get() == (2, "event 2")
    assert queue.waiting_bytes == 0


async def test_progress_is_lost_before_anything_else() -> None:
    queue = Outgoing(limit_bytes=10_000)
    assert queue.put(_event(1, "p" * 4000, key="a"))
    assert queue.put(_event(2, "e" * 4000))
    assert queue.put(_event(3, "f" * 4000))
    assert await _drain(queue) == ["e" * 4000, "f" * 4000]


async def test_more_than_may_wait_is_told() -> None:
    queue = Outgoing(limit_bytes=10_000)
    assert queue.put(_event(1, "e" * 6000))
    assert not queue.put(_event(2, "f" * 6000))


async def test_dropping_the_events_keeps_answers_and_wakes_the_reader() -> None:
    queue = Outgoing()
    queue.put(_event(1))
    queue.put_text("pong")
    queue.put(_event(2, key="k"))
    queue.drop_events()
    assert queue.waiting_bytes == ENTRY_BYTES + 4
    assert await _drain(queue) == ["dropped", "pong"]


async def test_a_waiting_reader_is_woken() -> None:
    queue = Outgoing()
    reader = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put(_event(1))
    assert await asyncio.wait_for(reader, 1) == (1, "event 1")


@pytest.mark.parametrize("character", ["x", "é", "😀"])
async def test_the_bound_counts_bytes(character: str) -> None:
    queue = Outgoing()
    queue.put(_event(1, character * 100))
    assert queue.waiting_bytes == len(character.encode()) * 100 + ENTRY_BYTES
