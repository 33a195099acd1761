"""What django-q2 runs: thin entry points, harmless when lost, repeated or reordered."""

from queue_app import liveness, wakeup


def drain() -> None:
    """Work the queue off; returns at once where another process of this host does so already."""
    from queue_app.engine.drain import run_drain

    wakeup.wakeup_arrived()
    run_drain()


def ping(token: str) -> None:
    """Answer the supervisor through a file."""
    liveness.record_ping(token)
