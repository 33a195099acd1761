"""Entry points for django-q2."""

from scheduler import ticks


def tick() -> None:
    """Start what is due; sent every few seconds, and losing or repeating it changes nothing."""
    ticks.tick()
