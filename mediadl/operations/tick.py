"""What the supervisor does over and over: short, idempotent functions with their periods."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Tick:
    """A function that is due every ``seconds``."""

    seconds: float
    name: str
    function: Callable[[], object]
    next_at: float = 0.0


_registered: list[Tick] = []


def every(seconds: float, name: str, function: Callable[[], object]) -> None:
    """Have the supervisor call ``function`` every ``seconds``, from one thread, in order of registration.

    It must return within a few seconds (longer work belongs into a task) and may raise: the error
    is logged and the others go on.
    """
    _registered.append(Tick(seconds, name, function))


def registered() -> list[Tick]:
    """All functions registered so far."""
    return list(_registered)


def run_due(ticks: list[Tick], now: float, on_error: Callable[[str, Exception], None]) -> float:
    """Call what is due at ``now`` (monotonic seconds); returns when the next one will be.

    A time that was missed (the machine slept) is not caught up on: each is called once.
    """
    for tick in ticks:
        if tick.next_at > now:
            continue
        tick.next_at = now + tick.seconds
        try:
            tick.function()
        except Exception as error:
            on_error(tick.name, error)
    return min((tick.next_at for tick in ticks), default=now + 1.0)
